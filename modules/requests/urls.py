"""Where the screens of requests are."""

from __future__ import annotations

from django.urls import path

from modules.requests.views import office, policies, room

traders_room = [
    path("", room.requests, name="requests"),
    path("<uuid:request_id>/", room.detail, name="request"),
    path("<uuid:request_id>/answer/", room.answer, name="answer"),
    path("<uuid:request_id>/cancel/", room.cancel, name="cancel"),
    path("files/<uuid:paper_id>/", room.paper, name="paper"),
]

back_office = [
    path("", office.queue, name="queue"),
    path("approve/", office.approve_many, name="approve_many"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<str:kind>/", policies.policy, name="policy"),
    path("<uuid:request_id>/", office.detail, name="request"),
    path("<uuid:request_id>/approve/", office.approve, name="approve"),
    path("<uuid:request_id>/refuse/", office.refuse, name="refuse"),
    path("<uuid:request_id>/question/", office.ask_for_more, name="ask_for_more"),
    path("<uuid:request_id>/answer/", office.answer, name="answer"),
    path("<uuid:request_id>/remarks/", office.remark, name="remark"),
    path("<uuid:request_id>/cancel/", office.cancel, name="cancel"),
    path("files/<uuid:paper_id>/", office.paper, name="paper"),
]
