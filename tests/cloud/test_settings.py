from __future__ import annotations

import pytest

from helpers.cloud.errors import KitError
from helpers.cloud.settings import FIXED, Settings


def test_serve_starts_with_real_time_and_the_limits_of_an_aws_account():
    """Without settings nothing is lapsed, 1,000 events may run, 100 cannot be reserved."""
    settings = Settings()

    assert (1.0, 1000, 100) == (
        settings.time_lapse,
        settings.account_concurrency,
        settings.unreserved_minimum,
    )
    assert not settings.open


def test_update_takes_new_values():
    """Numbers, flags and the file level are set; whole numbers pass for seconds."""
    settings = Settings()

    settings.update({"time_lapse": 60, "cpu_share": True, "file_level": "A"})

    assert (60, True, "A") == (settings.time_lapse, settings.cpu_share, settings.file_level)
    assert 60 == settings.as_json()["time_lapse"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_lapse", 0),
        ("time_lapse", "60"),
        ("time_lapse", True),
        ("time_lapse", float("nan")),
        ("account_concurrency", 1.5),
        ("account_concurrency", -1),
        ("account_concurrency", True),
        ("cpu_share", 1),
        ("file_level", "B"),
        ("file_level", ["A"]),
        ("idle_age_s", None),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_kind(name: str, value: object):
    """The error shows the setting, what was given, and a value of the right kind."""
    settings = Settings()

    with pytest.raises(KitError) as refused:
        settings.update({name: value})

    assert f"The setting {name!r} does not take {value!r}." in str(refused.value)
    assert Settings() == settings


def test_one_wrong_change_keeps_all_others_away():
    """Changes are applied together or not at all."""
    settings = Settings()

    with pytest.raises(KitError):
        settings.update({"cpu_share": True, "time_lapse": -1})

    assert not settings.cpu_share


def test_an_unknown_name_is_refused_with_the_names_there_are():
    """A misspelt setting is answered with the list."""
    with pytest.raises(KitError) as refused:
        Settings().update({"timelapse": 60})

    assert "There is no setting 'timelapse'." in str(refused.value)
    assert "time_lapse" in str(refused.value)


def test_what_only_a_new_cloud_takes_are_settings():
    """The fixed ones are names of settings."""
    assert {*Settings().as_json()} >= FIXED


def test_a_whole_number_does_not_close_a_setting_to_fractions():
    """A factor of 60 can be followed by one of 0.5."""
    settings = Settings()
    settings.update({"time_lapse": 60})

    settings.update({"time_lapse": 0.5})

    assert 0.5 == settings.time_lapse
