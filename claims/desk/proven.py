"""Whether a claim's history is in the signed log: looked up in the tree, and checked."""

from typing import Any

from claims.ledger import tree
from claims.ledger.entry import leaf_hash
from claims.ledger.merkle import ProofError, verify_inclusion
from claims.models import Claim


def of(claim: Claim) -> dict[str, Any]:
    """Where the claim's last event stands in the newest checkpoint.

    `state` is "none" before the first checkpoint, "later" where the event is not in it yet,
    "verified", or "broken" where the tree does not hold what the ledger says: somebody has to look.
    """
    published = tree.newest()
    if published is None:
        return {"state": "none"}
    told = {"size": published.size, "signed_at": published.signed_at}
    if claim.position >= published.size:
        return {"state": "later", **told}
    (entry,) = tree.envelopes(claim.position, claim.position + 1)
    try:
        verify_inclusion(
            leaf_hash=leaf_hash(entry.leaf()),
            index=claim.position,
            size=published.size,
            proof=tuple(tree.Tree(published.size).inclusion_proof(claim.position)),
            root=published.root,
        )
    except ProofError:
        return {"state": "broken", **told}
    return {"state": "verified", **told}
