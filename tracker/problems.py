"""The types of problems that the API answers with, and what a client does about each."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A type of problem: its status, its title, and what a client does about it."""

    status: int
    title: str
    advice: str


KINDS = {
    "invalid-request": Kind(
        400,
        "The request is not understood",
        "A parameter, a cursor or the body is not as it should be. `errors` names each part, "
        "with `parameter` or with `pointer` (a JSON pointer), and says what is wrong with it.",
    ),
    "unauthenticated": Kind(
        401,
        "No valid key came with the request",
        "Send an API key: `Authorization: Bearer ct_...`. A key that was revoked opens nothing.",
    ),
    "forbidden": Kind(
        403,
        "You may not do this",
        "The user whose key you send lacks the permission; an administrator can give it.",
    ),
    "not-found": Kind(
        404,
        "There is nothing at this address",
        "Check the identifier and the address; every address ends with a slash.",
    ),
    "method-not-allowed": Kind(
        405,
        "This address does not take that method",
        "`Allow` lists the methods that it takes.",
    ),
    "not-acceptable": Kind(
        406,
        "The answer cannot be given in that form",
        "Answers are JSON: send `Accept: application/json`, or no such header.",
    ),
    "refused": Kind(
        409,
        "The claim does not admit this",
        "`detail` says why. Read the claim as it stands now; sending the same again is in vain.",
    ),
    "conflict": Kind(
        409,
        "The claim has moved on",
        "Somebody was faster. Read the claim again, decide again, and send that.",
    ),
    "erased": Kind(
        410,
        "What was here is erased",
        "It was taken off the record, for ever. `claim` and `version` say what is left; take it "
        "out of your own copies, too.",
    ),
    "length-required": Kind(
        411,
        "The length of the body is missing",
        "Send `Content-Length`; a body in chunks is not taken.",
    ),
    "stale-version": Kind(
        412,
        "The claim is at another version than If-Match says",
        "Read the claim again and decide on what it says now.",
    ),
    "too-large": Kind(
        413,
        "This is larger than what is taken",
        "`detail` gives the limit. Send an article without its pictures, or only its text.",
    ),
    "unsupported-media-type": Kind(
        415,
        "The body is of a type that is not read",
        "Send `application/json`, or a file as `multipart/form-data`.",
    ),
    "command-reused": Kind(
        422,
        "This command id stands for another request",
        "Take a new id for each new command; the same id repeats the same request only.",
    ),
    "unacceptable-document": Kind(
        422,
        "The desk does not take this document",
        "`detail` says why, and what to send instead.",
    ),
    "idempotency-key-reused": Kind(
        422,
        "This Idempotency-Key stands for another document",
        "Take a new key for each new document; the same key repeats the same request only.",
    ),
    "precondition-required": Kind(
        428,
        "A decision names what it was made on",
        "Read the proposal, and send its ETag in `If-Match`, so that nobody decides on what they "
        "have not seen.",
    ),
    "too-many-requests": Kind(
        429,
        "Too many requests",
        "Wait as many seconds as `Retry-After` says.",
    ),
    "internal-error": Kind(
        500,
        "Something went wrong on our side",
        "It is in our log. Nothing was half done: sending the same again is safe.",
    ),
    "busy": Kind(
        503,
        "The desk is busy",
        "The database did not answer in time. Wait as many seconds as `Retry-After` says and "
        "send the same again.",
    ),
    "not-ready": Kind(
        503,
        "This server cannot serve now",
        "`checks` says what is not as it should be: that the database does not answer, or has not "
        "the tables of this release. `manage.py doctor` says more to who runs the desk.",
    ),
}
