from __future__ import annotations

import pytest

ID = "request-0001"


def test_a_problem_has_one_shape(call):
    answer = call("GET", "fail/404", who="ada", x_request_id=ID)

    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is no such thing here.",
        "request_id": ID,
        "errors": [],
    }


@pytest.mark.parametrize(
    ("status", "code"), [(502, "outcome_unknown"), (503, "unavailable"), (500, "failed")]
)
def test_what_went_wrong_outside_or_inside_tells_no_details_ops_06(call, status, code):
    answer = call("GET", f"fail/{status}", who="ada")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert b"canary" not in answer.content


def test_a_refusal_is_a_conflict_with_its_code_and_sentence(call):
    answer = call("POST", "things", who="ada", body={"name": "refused"}).json()

    assert (answer["status"], answer["code"], answer["detail"]) == (
        409, "name_taken", "That name is taken.",
    )  # fmt: skip


def test_a_refusal_of_a_field_names_the_field(call):
    answer = call("POST", "things", who="ada", body={"name": "refused-field"}).json()

    assert (answer["status"], answer["code"]) == (422, "name_bad")
    assert answer["errors"] == [{"field": "name", "message": "That name is taken."}]


def test_a_field_that_is_not_valid_is_named(call):
    answer = call("POST", "things", who="ada", body={"name": 5}).json()

    assert (answer["status"], answer["code"]) == (422, "invalid")
    assert [error["field"] for error in answer["errors"]] == ["body.body.name"]


def test_a_field_that_is_not_known_is_refused_api_03(call):
    answer = call("POST", "things", who="ada", body={"name": "one", "is_staff": True}).json()

    assert [error["field"] for error in answer["errors"]] == ["body.body.is_staff"]


def test_a_body_that_is_not_json_is_a_problem(call):
    assert call("POST", "things", who="ada", body=b"{").json()["status"] == 400


def test_a_method_that_is_not_offered_is_a_problem(call):
    answer = call("DELETE", "things", who="ada")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST"


@pytest.mark.parametrize("where", ["/api/v1/trading/nothing", "/api/", "/api/v2/x"])
def test_an_address_that_is_no_operation_is_a_problem(call, where):
    answer = call("GET", where, who="ada")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
