"""The contract in executable form: from a state and a step to the replies that are allowed, and the rows that say so.

The model reads no file and starts nothing. The parts, each of which uses only those before it:

    constants, text       numbers of the Windows headers; steps and replies as transcripts write them
    intervals, contents   ranges with values; what bytes a section or a page has
    state, names, access  processes, handles, sections, views; what a name means; who may do what
    rules                 the registry: which function states which row, and which changes a platform may have
    rule_*                the rules, one module for each group of verbs: find a row by searching for its id
    model                 judges a step: every refusal that applies, else what a success has to say
    walk, explained       walks the transcript of a case, and all of a report
    maker, actions        a sequence while it is made, and the steps that it can be made of
    generate, enumeration random sequences by seed, and all up to a depth
    verdict, shrink       judges the replies to a sequence, and makes it short
    players, exploring    the only parts that start processes: actors at their prompts, and workers that use them
"""
