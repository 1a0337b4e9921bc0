/* Loops about the order in which other processes see stores: messages, stores before loads, records with a version. */
#ifndef SHMCHECK_LOOPS_ORDER_H
#define SHMCHECK_LOOPS_ORDER_H

#include "loops.h"

#define EXCHANGE_ROUNDS_MOST 28672u /* as many results as 56 KiB hold for both sides */

/* Messages are in SLOTS slots of MESSAGE_WORDS words, each with the number of its message. A record has RECORD_WORDS
 * words. */
#define SLOTS 16u
#define MESSAGE_WORDS 8u
#define RECORD_WORDS 16u
volatile LONG *slot_number(const struct burst *burst, uint32_t message);
volatile uint32_t *slot_words(const struct burst *burst, uint32_t message);
volatile uint32_t *record_words(const struct burst *burst);

loop_function loop_send, loop_receive, loop_exchange, loop_publish, loop_snapshot;

#endif
