"""Who may act for whom: nobody reaches, by way of another account, more than they hold themselves.

A key acts as its user, and who sets a password can log in with it. So an Operator does neither for
somebody who may do more than an Operator. Putting others into the desk's groups is another thing:
that gives a right away, under the other's own name, and does not take it.
"""

from django.contrib.auth.models import Permission, User
from django.db.models import QuerySet

# What an Operator may put others into. Who may be an Operator is a superuser's to say.
GIVEN = ("Reviewer", "Editor", "Auditor")


def within_reach(actor: User) -> QuerySet[User]:
    """The people who may do nothing that the actor may not."""
    if actor.is_superuser:
        return User.objects.all()
    held = actor.user_permissions.values("pk").union(
        Permission.objects.filter(group__user=actor).values("pk")
    )
    beyond = Permission.objects.exclude(pk__in=[row["pk"] for row in held])
    return (
        User.objects.filter(is_superuser=False)
        .exclude(groups__permissions__in=beyond)
        .exclude(user_permissions__in=beyond)
    )


def reaches(actor: User, other: User) -> bool:
    """Whether the other may do nothing that the actor may not."""
    return within_reach(actor).filter(pk=other.pk).exists()
