"""Tests of the text of the templates for CI systems. No CI system runs them here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = (".github/workflows/check.yml", "ci/azure-pipelines.yml", "ci/gitlab-ci.yml", "ci/Jenkinsfile")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_interpreter_is_the_one_that_was_set_up(name: str) -> None:
    """The launcher py uses another interpreter, on ARM64 one for x64."""
    assert re.search(r"\bpy(\.exe)? -3", text_of(name)) is None
    assert re.search(r"\bpython scripts[\\/]+run\.py", text_of(name))


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_exit_code_of_the_page_is_kept(name: str) -> None:
    text = text_of(name)
    assert "scripts/report reports/latest" in text
    assert re.search(r"scripts/report [^|]*\|\| *(\[ -e|true)", text) is None


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_is_made_of_lost_systems_too(name: str) -> None:
    assert "mkdir -p reports/latest" in text_of(name) and "scripts/targets lost" in text_of(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_warnings_are_errors_in_the_projects_own_jobs_only(name: str) -> None:
    assert ("SHMCHECK_WERROR" in text_of(name)) == name.startswith(".github/")


def test_a_container_is_privileged_only_where_mounts_are_needed() -> None:
    for name in (".github/workflows/check.yml", "ci/azure-pipelines.yml"):
        legs = re.findall(r"target: (wine-\d+),?\s+options: (\S+?)[ }\n]", text_of(name))
        assert dict(legs) == {"wine-5": "--privileged", "wine-8": "--init", "wine-10": "--privileged"}, name
    wine = re.search(r"^wine:\n(?:  .*\n)+", text_of("ci/gitlab-ci.yml"), re.MULTILINE)
    other = re.search(r"^other-wine:\n(?:  .*\n)+", text_of("ci/gitlab-ci.yml"), re.MULTILINE)
    assert wine and "privileged" not in wine[0] and other and "tags: [privileged]" in other[0]


def test_jobs_of_azure_have_separate_artifacts() -> None:
    names = re.findall(r"artifact: (report-\S+)", text_of("ci/azure-pipelines.yml"))
    assert names == ["report-$(image)-$(System.JobAttempt)", "report-$(target)-$(System.JobAttempt)"]


def test_jenkins_starts_in_an_empty_workspace() -> None:
    text = text_of("ci/Jenkinsfile")
    assert "skipDefaultCheckout()" in text
    assert text.count("checkout scm") == len(re.findall(r"deleteDir\(\)\s+checkout scm", text)) == 3
    assert "python3-jinja2" in text
