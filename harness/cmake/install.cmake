# `cmake --install TREE` and CPack: the runner and the actor of this tree, and the lists that they are used with.
# scripts/package makes the package of all architectures; this is for a tree of one.
if(WIN32)
    install(TARGETS shmcheck shmactor RUNTIME DESTINATION .)
    install(FILES
        "${PROJECT_SOURCE_DIR}/cases/known.toml" "${PROJECT_SOURCE_DIR}/cases/contract.toml"
        "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION .)
    # The licence of cmocka, where it was compiled from its sources.
    if(DEFINED shmcheck_cmocka_source)
        install(FILES "${shmcheck_cmocka_source}/COPYING" DESTINATION licences RENAME cmocka.txt)
    endif()

    set(CPACK_GENERATOR ZIP)
    set(CPACK_PACKAGE_FILE_NAME "shmcheck-${SHMCHECK_VERSION}-windows-${CMAKE_SYSTEM_PROCESSOR}")
    set(CPACK_VERBATIM_VARIABLES ON)
    include(CPack)
endif()
