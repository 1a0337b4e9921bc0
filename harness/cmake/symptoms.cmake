# The table of harness/actor/symptoms.h, made from the contract and the frequent problems.
set(shmcheck_symptom_table "${CMAKE_BINARY_DIR}/generated/symptom_table.c")
set(shmcheck_symptom_files "${PROJECT_SOURCE_DIR}/cases/contract.toml" "${PROJECT_SOURCE_DIR}/cases/problems.toml")
set(shmcheck_symptom_script "${PROJECT_SOURCE_DIR}/harness/cmake/symptom_table.py")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/generated")
add_custom_command(
    OUTPUT "${shmcheck_symptom_table}"
    COMMAND "${Python3_EXECUTABLE}" "${shmcheck_symptom_script}" ${shmcheck_symptom_files} "${shmcheck_symptom_table}"
    DEPENDS ${shmcheck_symptom_files} "${shmcheck_symptom_script}"
        "${PROJECT_SOURCE_DIR}/harness/cmake/contract_table.py" "${PROJECT_SOURCE_DIR}/scripts/shmcheck/contract.py"
        "${PROJECT_SOURCE_DIR}/scripts/shmcheck/proof/problems.py"
        "${PROJECT_SOURCE_DIR}/scripts/shmcheck/proof/symptoms.py"
    COMMENT "Compiling the symptoms of the contract into a table"
    VERBATIM)
