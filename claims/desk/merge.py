"""Claims that are one: merge, undo it, or move a piece of evidence, each with a look beforehand."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import merging, review
from claims.desk import collision, pages
from claims.models import Claim
from claims.status import State

KEPT = ("version", "of")  # of the address, while another claim is looked for


def kept(request: HttpRequest) -> str:
    """What of the address goes with the choice of another claim."""
    return urlencode([(name, request.GET[name]) for name in KEPT if name in request.GET])


class Page:
    """A page on two claims: the one it is about, and the other one that was chosen."""

    permission: ClassVar[str] = "claims.merge_claims"
    template: ClassVar[str]
    verb: ClassVar[str]
    button: ClassVar[Any]
    second: ClassVar[str]  # the field with the version of the other claim

    def __init__(self, desk: Any, request: HttpRequest, claim: UUID) -> None:
        self.desk, self.request = desk, request
        self.claim = self.named(claim)
        self.other = self.named(request.GET["with"]) if request.GET.get("with") else None

    def named(self, identifier: UUID | str) -> Claim:
        """The claim with that id; raises Http404 for none."""
        try:
            return Claim.objects.defer("search").get(id=UUID(str(identifier)))
        except (ValueError, Claim.DoesNotExist) as error:
            raise Http404 from error

    def answer(self) -> HttpResponse:
        """Show what would become of it, or do it."""
        if not self.request.user.has_perm(self.permission):
            raise PermissionDenied
        if self.request.method != "POST":
            return self.shown()
        decision = pages.decision(self.request)
        try:
            done = self.decide(decision)
        except review.Conflict:
            return self.collided(decision.expected)
        except pages.REFUSALS as error:
            return self.shown(refused=pages.refusal(error, self.claim.id, decision.expected))
        messages.success(self.request, done)
        return HttpResponseRedirect(pages.claim_link(self.claim.id))

    def decide(self, decision: review.Decision) -> str:
        """Do it; what was done, as a sentence."""
        raise NotImplementedError

    def collided(self, expected: int) -> HttpResponse:
        """One of the claims has moved on: the choice, on what is true now."""
        also = {self.second: self.other.version} if self.other else {}
        moved_on = self.claim
        if self.other and self.claim.version == expected:
            moved_on, expected = self.other, pages.number(self.request, self.second)
        page = collision.page(self.request, self.desk, moved_on.id, expected, also=also)
        if moved_on is not self.claim:
            page.context_data["sent"] = [  # type: ignore[attr-defined]
                (name, self.claim.version if name == "expected" else value)
                for name, value in page.context_data["sent"]  # type: ignore[attr-defined]
            ]
        return page

    def shown(self, refused: str = "") -> HttpResponse:
        """The page, with what would become of both where another claim is chosen."""
        context = self.desk.page(self.request, self.title(), self.claim) | {
            "claim": self.claim,
            "other": self.other,
            "refused": refused,
            "verb": self.verb,
            "button": self.button,
            "second": self.second,
            "command": pages.new_command(),
            "typed": self.request.POST,
            "meant": reverse("admin:claims_claim_meant", args=[self.claim.id]),
            "kept": kept(self.request),
            **self.told(),
        }
        status = 409 if refused else 200
        return TemplateResponse(self.request, self.template, context, status=status)

    def title(self) -> str:
        """The page's name."""
        raise NotImplementedError

    def told(self) -> dict[str, Any]:
        """What else the page shows."""
        return {}


class MergePage(Page):
    """Make a claim part of another one."""

    template = "desk/merge.html"
    verb, button = "merge", gettext_lazy("Merge")
    second = "into_expected"

    def title(self) -> str:
        return _("Merge into another claim")

    def told(self) -> dict[str, Any]:
        if self.other is None:
            return {"alike": pages.meant(self.claim.wording, but=self.claim.id)[:5]}
        return {"after": preview(merging.merged(self.claim.id, self.other.id))}

    def decide(self, decision: review.Decision) -> str:
        if self.other is None:
            raise BadRequest("Choose the other claim first.")
        review.merge(
            self.claim.id,
            decision,
            into=self.other.id,
            into_expected=pages.number(self.request, self.second),
            reason=self.request.POST.get("reason", "").strip(),
        )
        return _("The claim is part of the other one now; this can be undone here.")


class UnmergePage(Page):
    """Undo a merge."""

    template = "desk/unmerge.html"
    verb, button = "unmerge", gettext_lazy("Undo the merge")
    second = "out_of_expected"

    def __init__(self, desk: Any, request: HttpRequest, claim: UUID) -> None:
        super().__init__(desk, request, claim)
        self.other = self.named(self.claim.merged_into) if self.claim.merged_into else None

    def title(self) -> str:
        return _("Undo the merge")

    def told(self) -> dict[str, Any]:
        if self.other is None:
            return {"refused": _("This claim is not part of another one.")}
        alone, left = merging.unmerged(self.claim.id, self.other.id)
        return {"after": preview(alone), "left": preview(left)}

    def decide(self, decision: review.Decision) -> str:
        review.unmerge(
            self.claim.id,
            decision,
            out_of_expected=pages.number(self.request, self.second),
            reason=self.request.POST.get("reason", "").strip(),
        )
        return _("Both claims stand by themselves again.")


class MovePage(Page):
    """Let a piece of evidence stand for another claim."""

    permission = "claims.withdraw_evidence"
    template = "desk/move.html"
    verb, button = "move", gettext_lazy("Move it")
    second = "to_expected"

    def title(self) -> str:
        return _("Move evidence to another claim")

    def told(self) -> dict[str, Any]:
        version, of = self.place()
        piece = next(
            (one for one in self.claim.evidence if (one["version"], one["claim"]) == (version, of)),
            None,
        )
        if piece is None or self.other is None:
            return {"piece": piece}
        left, there = merging.moved(self.claim.id, version, of, self.other.id)
        return {"piece": piece, "left": preview(left), "after": preview(there)}

    def place(self) -> tuple[int, str]:
        """Which evidence is meant, by the version of the history that it came with."""
        version = self.request.GET.get("version", "")
        if not version.isdecimal():
            raise BadRequest("The address names no evidence; go back to the claim.")
        return int(version), self.request.GET.get("of", "")

    def decide(self, decision: review.Decision) -> str:
        if self.other is None:
            raise BadRequest("Choose the other claim first.")
        version, of = self.place()
        review.move(
            self.claim.id,
            decision,
            version=version,
            of=of,
            to=self.other.id,
            to_expected=pages.number(self.request, self.second),
            reason=self.request.POST.get("reason", ""),
        )
        return _("The evidence stands for the other claim now.")


def preview(state: State) -> dict[str, Any]:
    """What a claim would be, as its page shows it."""
    return {
        "status": state.status.value,
        "get_status_display": dict(Claim.STATUSES)[state.status.value],
        "origins": len(state.origins),
        "articles": state.articles,
        "disputes": len(state.disputes),
        "outdated": state.outdated,
    }
