/* What a case reports while it runs. Plain C. */
#ifndef SHMCHECK_STAGE_EVENT_H
#define SHMCHECK_STAGE_EVENT_H

enum stage_event {
    STAGE_TRANSCRIPT, /* one line of the transcript */
    STAGE_FAIL,       /* a documented expectation did not hold */
    STAGE_DEVIATES,   /* an observed one did not hold */
    STAGE_POWERLESS,  /* a control did not show its effect: a pass would prove nothing */
    STAGE_ERROR,      /* the harness cannot tell; the case ends here, as it does for the next two */
    STAGE_CRASH,      /* a process died */
    STAGE_TIMEOUT     /* a deadline passed */
};
#define STAGE_EVENT_COUNT 7

#endif
