from __future__ import annotations

from tests.support.people import PASSWORD


def try_password(place, email, password, address="203.0.113.7"):
    return place.client(REMOTE_ADDR=address).post(
        "/accounts/login/", {"login": email, "password": password}
    )


def test_sixth_wrong_password_closes_the_account_for_a_while(alpha, theo):  # AUT-06
    for number in range(5):
        try_password(alpha, theo.email, "wrong wrong wrong", f"203.0.113.{number}")

    answer = try_password(alpha, theo.email, PASSWORD, "203.0.113.99")

    assert "Too many attempts" in answer.content.decode()
    assert answer.status_code == 200


def test_one_address_is_held_back_whatever_accounts_it_tries(alpha, theo):  # AUT-06
    for number in range(12):
        try_password(alpha, f"someone{number}@example.com", "wrong wrong wrong")

    assert "Too many attempts" in try_password(alpha, theo.email, PASSWORD).content.decode()
    assert try_password(alpha, theo.email, PASSWORD, "198.51.100.1").status_code == 302


def test_attempts_at_alpha_do_not_count_at_beta(alpha, beta, theo, ben):  # AUT-06, ISO-12
    for _number in range(40):
        try_password(alpha, ben.email, "wrong wrong wrong")

    assert try_password(beta, ben.email, PASSWORD).status_code == 302


def test_codes_of_the_second_factor_run_out(alpha, ada):  # AUT-06
    from tests.support.sessions import code_of, give_app

    with alpha.pin():
        seed = give_app(ada)
    client = alpha.client()
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    for _number in range(6):
        client.post("/accounts/login/factor/", {"code": "000000"})

    answer = client.post("/accounts/login/factor/", {"code": code_of(seed)})

    assert "Too many attempts" in answer.content.decode()
