"""Links of a mail: signed, for one purpose and user, expiring, once."""

import base64
import dataclasses
import datetime as dt

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Preferences, User
from followups import links
from followups.links import LASTS, MUTE_LASTS, Link, Purpose, Result, Unknown
from followups.models import Promise, UsedLink
from followups.reminders import replan_all
from tests.factories import PromiseFactory
from tests.followups.letters import DUE, MINUTE, MONDAY, promised


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def promise(user):
    return promised(user)


def keep(promise: Promise, now=DUE) -> Link:
    return Link.about(Purpose.KEEP, promise, now)


def do_keep(promise: Promise) -> None:
    promise.keep(now=DUE)


# The token ---------------------------------------------------------------------------------------

number = st.integers(0, 2**63 - 1)
some = st.builds(
    Link,
    purpose=st.sampled_from(Purpose),
    user=number,
    expires=st.integers(int(DUE.timestamp()) + 1, 2**40),
    promise=number,
    due=st.integers(-(2**40), 2**40),
    words=st.text("0123456789abcdef", max_size=10),
    revision=number,
)


@given(some)
def test_a_token_says_what_the_link_said(link):
    assert Link.read(link.token, DUE) == link


@given(some)
def test_a_token_is_safe_in_an_address_and_at_the_end_of_a_line(link):
    assert set(link.token) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )
    assert link.url.endswith(f"/act/{link.token}/")


@given(some, st.data())
def test_a_token_with_one_bit_turned_opens_nothing(link, data):
    octets = bytearray(link.token.encode())
    place = data.draw(st.integers(0, len(octets) - 1))
    octets[place] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises(Unknown):
        Link.read(octets.decode("ascii"), DUE)


@given(
    st.text(max_size=200)
    | some.map(lambda link: link.token[:-1])
    | some.map(lambda a: a.token + "a")
)
def test_anything_else_opens_nothing(token):
    with pytest.raises(Unknown):
        Link.read(token, DUE)


def test_the_signature_is_of_256_bits():
    signature = Link.to_mute(1, DUE).token.rsplit(".", 1)[1]
    assert len(base64.urlsafe_b64decode(signature + "=")) == 32


def test_a_link_of_one_purpose_is_none_of_another(promise):
    token = keep(promise).token
    for purpose in Purpose:
        if purpose != Purpose.KEEP:
            with pytest.raises(Unknown):
                Link.read(purpose + token[1:], DUE)


def test_a_signature_under_another_salt_opens_nothing(promise):
    said = keep(promise).token.rsplit(".", 1)[0]
    for salt in (links.SALT, f"{links.SALT}.{Purpose.MUTE}", None):
        token = links.signing.Signer(salt=salt, sep=".").sign(said)
        with pytest.raises(Unknown):
            Link.read(token, DUE)


def test_another_key_opens_nothing(promise, settings):
    token = keep(promise).token
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(Unknown):
        Link.read(token, DUE)
    settings.SECRET_KEY_FALLBACKS = ["and another" * 10]
    with pytest.raises(Unknown):
        Link.read(token, DUE)


def test_a_key_that_was_changed_in_good_order_still_opens(promise, settings):
    token = keep(promise).token
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert Link.read(token, DUE).promise == promise.pk


@pytest.mark.parametrize("purpose", [Purpose.KEEP, Purpose.SNOOZE, Purpose.MUTE])
def test_it_is_over_at_the_exact_moment(user, promise, purpose):
    if purpose == Purpose.MUTE:
        link, over = Link.to_mute(user.pk, DUE), DUE + MUTE_LASTS
    else:
        link, over = Link.about(purpose, promise, DUE), DUE + LASTS
    assert Link.read(link.token, over - dt.timedelta(microseconds=1)) == link
    for moment in (over, over + dt.timedelta(days=1)):
        with pytest.raises(Unknown):
            Link.read(link.token, moment)


def test_a_token_names_nobody(promise):
    assert not any(
        word in keep(promise).token.lower() for word in ("names", "interim", "recruiter")
    )


def test_the_words_of_a_promise_are_the_same_before_and_after_it_is_read(promise):
    assert links.words_of(promise) == links.words_of(Promise.objects.of(promise.owner).get())


@pytest.mark.parametrize("change", [{"what": "Three"}, {"how_many": 3}, {"kind": "other"}])
def test_the_words_of_a_promise_tell_that_it_was_changed(promise, change):
    link = keep(promise)
    assert link.says_the_same(promise)
    for name, value in change.items():
        setattr(promise, name, value)
    assert not link.says_the_same(promise)


# Once --------------------------------------------------------------------------------------------


def test_it_does_its_work_once(promise):
    link = keep(promise)
    assert link.use(DUE, do_keep) is Result.DONE
    used = UsedLink.objects.of(promise.owner).get()
    assert (used.used_at, used.expires_at) == (DUE, DUE + LASTS)
    assert link.token not in used.digest
    assert link.use(DUE + MINUTE, do_keep) is Result.USED
    promise = link.find_promise()
    assert (promise.state, promise.ended_at) == ("kept", DUE)
    assert UsedLink.across_owners.count() == 1


def test_what_a_page_made_of_a_link_is_the_same_link(promise):
    """Two pages of one link, each with the promise's revision of its moment: one change."""
    link = keep(promise)
    replan_all(promise.owner)
    anew = link.anew(link.find_promise())
    assert anew.token != link.token
    assert anew.digest == link.digest
    assert anew.expires == link.expires
    assert anew.use(DUE, do_keep) is Result.DONE
    assert link.use(DUE, do_keep) is Result.USED
    assert anew.use(DUE, do_keep) is Result.USED


def test_links_of_two_purposes_promises_or_moments_are_two(promise):
    mine = PromiseFactory(owner=promise.owner)
    several = [
        keep(promise),
        keep(mine),
        keep(promise, DUE + MINUTE),
        Link.about(Purpose.SNOOZE, promise, DUE),
    ]
    assert len({link.digest for link in several}) == 4


def test_a_change_that_fails_uses_nothing_up(promise):
    link = keep(promise)
    with pytest.raises(ZeroDivisionError):
        link.use(DUE, lambda promise: 1 / 0)
    assert not UsedLink.across_owners.exists()
    assert link.use(DUE, do_keep) is Result.DONE


def test_it_does_nothing_for_a_promise_that_was_changed(promise):
    link = keep(promise)
    promise.snooze(due_on=dt.date(2026, 3, 6), due_time=dt.time(9), time_zone="Europe/London")
    assert link.use(DUE, do_keep) is Result.CHANGED
    assert link.find_promise().is_open
    assert not UsedLink.across_owners.exists()


def test_it_does_nothing_for_a_promise_saved_at_the_same_moment(promise):
    link = keep(promise)

    def beaten(current):
        Promise.across_owners.filter(pk=current.pk).update(version=current.version + 1)
        current.keep(now=DUE)

    assert link.use(DUE, beaten) is Result.CHANGED
    assert not UsedLink.across_owners.exists()
    assert link.find_promise().version == promise.version


def test_of_two_that_pass_each_other_the_database_takes_one(promise, monkeypatch):
    """Without the lock: the unique digest alone."""
    link = keep(promise)
    assert link.use(DUE, do_keep) is Result.DONE
    found = [None, UsedLink.objects.of(promise.owner).get()]
    monkeypatch.setattr(Link, "find_used", lambda self: found.pop(0))
    anew = link.anew(link.find_promise())
    monkeypatch.setattr(Link, "_fits", lambda *args: True)
    assert anew.use(DUE, lambda promise: None) is Result.USED
    assert UsedLink.across_owners.count() == 1


def test_reopened_it_stays_used(promise):
    link = keep(promise)
    link.use(DUE, do_keep)
    again = link.find_promise()
    again.reopen()
    for one in (link, link.anew(again)):
        assert one.use(DUE + MINUTE, do_keep) is Result.USED
    assert link.find_promise().is_open


def test_undo_takes_back_what_the_link_did_once(promise):
    link = keep(promise)
    assert link.has_kept(promise) is None
    link.use(DUE, do_keep)
    kept = link.find_promise()
    assert link.has_kept(kept)
    undo = link.anew(kept, Purpose.UNDO)
    assert undo.use(DUE + MINUTE, lambda one: one.reopen()) is Result.DONE
    assert link.find_promise().is_open
    assert undo.use(DUE + MINUTE, lambda one: one.reopen()) is Result.USED
    # Kept again by hand: that is not the link's to take back.
    again = link.find_promise()
    again.keep(now=DUE + 2 * MINUTE)
    assert link.has_kept(again) is None
    anew = undo.anew(again)
    assert anew.use(DUE + 3 * MINUTE, lambda one: one.reopen()) is Result.USED
    assert not link.find_promise().is_open


def test_undo_takes_back_nothing_that_was_done_elsewhere(promise):
    undo = keep(promise).anew(promise, Purpose.UNDO)
    promise.keep(now=DUE)
    undo = undo.anew(promise)
    assert undo.use(DUE, lambda one: one.reopen()) is Result.CHANGED
    assert not undo.find_promise().is_open


# Whose -------------------------------------------------------------------------------------------


def test_a_link_with_anothers_promise_opens_nothing(user, other, promise):
    """It cannot be made by honest means; if it could, it would do nothing."""
    link = dataclasses.replace(keep(promise), user=other.pk)
    with pytest.raises(Unknown):
        link.use(DUE, do_keep)
    assert Promise.objects.of(user).get().is_open


@pytest.mark.parametrize("gone", ["promise", "trashed", "user", "inactive"])
def test_what_is_gone_opens_nothing(user, promise, gone):
    link = keep(promise)
    if gone == "promise":
        promise.delete()
    elif gone == "trashed":
        promise.trash()
    elif gone == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        promise.delete()
        user.delete()
    ask = link.find_user if gone in {"user", "inactive"} else link.find_promise
    with pytest.raises(Unknown):
        ask()


def test_used_links_that_have_expired_go(promise):
    keep(promise).use(DUE, do_keep)
    another = keep(PromiseFactory(owner=promise.owner, due_on=dt.date(2026, 3, 20)), DUE + LASTS)
    another.use(DUE + LASTS, do_keep)
    assert [used.digest for used in UsedLink.across_owners.all()] == [another.digest]


# Mute --------------------------------------------------------------------------------------------


def test_to_mute_is_to_set_one_moment(user):
    link = Link.to_mute(user.pk, DUE)
    link.mute(DUE)
    link.mute(DUE + MINUTE)
    assert Preferences.objects.of(user).get().muted_at == DUE


@pytest.mark.parametrize("purpose", [Purpose.KEEP, Purpose.SNOOZE, Purpose.UNDO])
def test_no_other_link_mutes(user, promise, purpose):
    with pytest.raises(Unknown):
        Link.about(purpose, promise, DUE).mute(DUE)
    assert not Preferences.objects.of(user).get().is_muted


def test_a_mute_link_is_about_no_promise(user, promise):
    link = Link.to_mute(user.pk, DUE)
    with pytest.raises(Unknown):
        link.use(DUE, do_keep)
    assert Promise.objects.of(user).get().is_open


def test_preferences_muted_and_unmuted_twice(user):
    preferences = Preferences.objects.of(user).get()
    stale = Preferences.objects.of(user).get()
    preferences.mute(DUE)
    stale.mute(DUE + MINUTE)
    assert stale.muted_at == preferences.muted_at == DUE
    assert preferences.is_muted
    preferences.unmute()
    stale.unmute()
    assert stale.muted_at is None
    assert not preferences.is_muted
