"""The model: the contract in executable form. From a state and a step it gives the allowed replies and their rows.

The model reads no file and starts no process. Each part uses only those before it:

    constants, text       numbers of the Windows headers; steps and replies as transcripts write them
    intervals, contents   ranges with values; the bytes of a section or a page
    state, names, access  processes, handles, sections, views; the meaning of names; access checks
    rules                 the registry: the functions that state each row, and the changed rules of platforms
    rule_*                the rules, one module for each group of verbs: find a row by searching for its id
    model                 judges a step: the refusals that apply, else the fields of a success
    walk, explained       walks the transcript of a case, and all of a report
    maker, *_actions      a sequence while it is made, and the steps that it can contain
    generate, enumeration random sequences by seed, and all up to a depth
    play_text, prompt_text  steps as files of steps, and as requests at an actor's prompt
    verdict, shrink       judges the replies to a sequence, and shortens it
    players, exploring    the only parts that start processes: actors at their prompts, and workers that use them
"""
