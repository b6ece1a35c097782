"""Every address of the house."""

from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path
from django.views.decorators.common import no_append_slash
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from claims.api import following, log, ratings, reviews, snapshot, stories
from claims.api.claims import ClaimEvidence, Claims, OneClaim
from claims.api.events import Everything, History
from claims.api.proposals import Decision, OneProposal, Proposals
from claims.api.quick import quickly
from claims.desk import security, shelf
from claims.public import machines, pages
from sources.api.documents import Documents, OneDocument
from sources.api.sources import OneSource, Sources
from tracker import errors
from tracker.pages import lists, overview
from tracker.replica import replicated
from workers.api import Matching

SITEMAPS = {"claims": machines.ClaimPages}
# Every list of the admin can be saved, whichever room it is of.
admin.site.add_action(lists.as_csv, "as_csv")
admin.site.add_action(lists.as_json, "as_json")

# What a replica may answer is `replicated`; with a key only what no recall is made of.
api = [
    path("claims/", replicated(Claims.as_view(), keyed=False), name="claims"),
    path(
        "claims/<uuid:claim>/", replicated(quickly(OneClaim.as_view()), keyed=False), name="claim"
    ),
    path(
        "claims/<uuid:claim>/evidence/",
        replicated(ClaimEvidence.as_view(), keyed=False),
        name="evidence",
    ),
    path("claims/<uuid:claim>/events/", replicated(History.as_view(), keyed=False), name="history"),
    path(
        "claims/<uuid:claim>/claimreview",
        replicated(reviews.ClaimReview.as_view()),
        name="claimreview",
    ),
    path("claimreviews", replicated(reviews.ClaimReviews.as_view()), name="claimreviews"),
    path("claims/<uuid:claim>/proof", replicated(log.ClaimProof.as_view()), name="claim-proof"),
    path("events/", replicated(Everything.as_view()), name="feed"),
    path("events/stream", replicated(following.Stream.as_view()), name="stream"),
    path("events/pages/<int:number>/", replicated(following.Page.as_view()), name="page"),
    path("events/<int:position>/proof", replicated(log.EventProof.as_view()), name="event-proof"),
    path("snapshot", replicated(snapshot.Snapshot.as_view()), name="snapshot"),
    path("ratings/", replicated(ratings.Ratings.as_view()), name="ratings"),
    path("scale/", ratings.Scale.as_view(), name="scale"),
    path("stories/", replicated(stories.Stories.as_view()), name="stories"),
    path("stories/<int:story>/", replicated(stories.OneStory.as_view()), name="story"),
    path("match", Matching.as_view(), name="match"),
    path("sources/", replicated(Sources.as_view()), name="sources"),
    path("sources/<int:source>/", replicated(OneSource.as_view()), name="source"),
    path("proposals/", Proposals.as_view(), name="proposals"),
    path("proposals/<uuid:proposal>/", OneProposal.as_view(), name="proposal"),
    path(
        "proposals/<uuid:proposal>/decision/",
        no_append_slash(Decision.as_view()),
        name="decide",
    ),
    # A redirect to the address with its slash would lose what was sent.
    path("documents/", no_append_slash(replicated(Documents.as_view())), name="documents"),
    path("documents/<uuid:document>/", replicated(OneDocument.as_view()), name="document"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
]

# /health/live, /health/ready and /metrics are answered before any of these (watching/health.py).
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", include(security.urls())),
    path("admin/figures/<slug:name>.csv", admin.site.admin_view(overview.as_csv), name="figures"),
    path("admin/claims/pulled/csv/", admin.site.admin_view(lists.recalls), name="recalls"),
    path("admin/for-me/", admin.site.admin_view(shelf.mentioned), name="for-me"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    # The paths of c2sp.org/tlog-tiles below the log's prefix.
    path("log/checkpoint", log.checkpoint, name="checkpoint"),
    path("log/tile/entries/<path:place>", replicated(log.entries), name="entries"),
    path("log/tile/<str:level>/<path:place>", replicated(log.tile), name="tile"),
    # What everybody may read.
    path("claims/", replicated(pages.index), name="public"),
    path("claims/<uuid:claim>", replicated(pages.claim), name="public-claim"),
    path("claims/<uuid:claim>/card", replicated(pages.card), name="card"),
    path("claims/<uuid:claim>/feed.atom", replicated(machines.atom), name="claim-atom"),
    path("claims/feed.atom", replicated(machines.atom), name="atom"),
    path("oembed", replicated(machines.oembed), name="oembed"),
    path("vocabulary", machines.vocabulary, name="vocabulary"),
    path(
        "sitemap.xml",
        sitemaps.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-page"},
        name="sitemap",
    ),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-page"),
    path("robots.txt", machines.robots, name="robots"),
    path("problems/<slug:name>/", errors.page, name="problem"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
