"""What requests refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchRequest(Refused):
    """There is none, or the asker's right does not reach it."""

    code = "requests.no_such_request"
    sentence = _("There is no such request.")


class AlreadyDecided(Refused):
    """The state does not allow the move."""

    code = "requests.already_decided"
    sentence = _("This request is %(state)s: it can no longer be changed.")


class NotWaiting(Refused):
    """It waits for the client's answer, not for a decision."""

    code = "requests.not_waiting"
    sentence = _("This request waits for an answer of the client.")


class OwnRequest(Refused):
    """Whoever asked or prepared never decides."""

    code = "requests.own_request"
    sentence = _("You asked for this or prepared it: somebody else decides.")


class DecidedOneLevel(Refused):
    """The same person never approves two levels."""

    code = "requests.decided_one_level"
    sentence = _("You approved an earlier level: somebody else approves this one.")


class NotYourLevel(Refused):
    """The level is decided by others."""

    code = "requests.not_your_level"
    sentence = _("This level is decided by %(who)s.")


class MayNotDecide(Refused):
    """The right to decide this kind is missing."""

    code = "requests.may_not_decide"
    sentence = _("Your role does not decide requests of this kind.")


class ReasonNeeded(Refused):
    """A refusal, or a question, says why."""

    code = "requests.reason_needed"
    sentence = _("Please say why.")
    field = "reason"


class AnswerNeeded(Refused):
    """An answer has words or a file."""

    code = "requests.answer_needed"
    sentence = _("Write an answer or add a file.")
    field = "text"


class NotYours(Refused):
    """Only who asked takes it back."""

    code = "requests.not_yours"
    sentence = _("Only who asked can cancel a request.")


class FileNotTaken(Refused):
    """What was uploaded is none of the kinds that are kept."""

    code = "requests.file_not_taken"
    sentence = _("“%(name)s” is not a PDF, PNG, JPEG or WebP file.")
    field = "papers"


class FileTooLarge(Refused):
    """A file is larger than what is kept."""

    code = "requests.file_too_large"
    sentence = _("“%(name)s” is larger than %(most)s MB.")
    field = "papers"


class TooManyFiles(Refused):
    """A request keeps a limited number of files."""

    code = "requests.too_many_files"
    sentence = _("A request keeps at most %(most)s files.")
    field = "papers"


class NoSuchKind(Refused):
    """No module declares this kind of request."""

    code = "requests.no_such_kind"
    sentence = _("There is no such kind of request.")


class NobodyCould(Refused):
    """A policy that can never be fulfilled is not kept."""

    code = "requests.nobody_could"
    sentence = _("Level %(level)s: none of these people may decide requests of this kind.")


class TooFewPeople(Refused):
    """Two levels need two different people."""

    code = "requests.too_few_people"
    sentence = _(
        "%(levels)s levels need as many different people, and the same person is left for two."
    )


class LevelsMissing(Refused):
    """People are to decide, but no level says who."""

    code = "requests.levels_missing"
    sentence = _("Add at least one level, or let it happen at once.")
