// A session of somebody else's client against the simulated server; tells what came of it as JSON.
const Metatrader = require("mt5-sdk");

const { HOST, PORT, LOGIN, API_PASSWORD, GROUP } = process.env;
const EVER = "from=0&to=9999999999";

const sdk = new Metatrader(HOST, Number(PORT), {
  login: LOGIN,
  password: API_PASSWORD,
  build: 3470,
  agent: "ThirdParty",
});

/**
 * What the client offers no method for goes through its own transport, in one of its sessions.
 * It drops a connection on which nothing follows at once, so each step begins in the callback of
 * the one before, as in its own methods.
 */
function inOneSession(...steps) {
  return new Promise((resolve) => {
    const answers = [];
    const next = () => {
      if (answers.length === steps.length) return resolve(answers);
      const [path, body] = steps[answers.length](answers);
      const done = (error, res, text) => {
        answers.push(sdk.http.parseBodyJSON(error, res, text));
        next();
      };
      if (body) sdk.http.post(path, JSON.stringify(body), done);
      else sdk.http.get(path, done);
    };
    sdk.auth.auth(next);
  });
}

async function trade(login) {
  const request = { Action: "200", Login: login, Symbol: "EURUSD", Volume: "100", Type: "0" };
  const [sent, result, deals, positions] = await inOneSession(
    () => ["/api/dealer/send_request", request],
    (answers) => [`/api/dealer/get_request_result?id=${answers[0].answer.ID}`],
    () => [`/api/deal/get_page?login=${login}&${EVER}&offset=0&total=100`],
    () => [`/api/position/get_page?login=${login}&offset=0&total=100`],
  );
  return {
    result: result[sent.answer.ID][1].answer,
    deals: deals.answer,
    positions: positions.answer,
  };
}

async function main() {
  const created = await sdk.users.create({
    PassMain: "Abcdef1!",
    PassInvestor: "Abcdef2!",
    Name: "Theo Adler",
    Group: GROUP,
    Leverage: 100,
    Rights: 483,
  });
  const login = created.Login;
  const deposit = await sdk.trade.updateTradeBalance({
    Login: login,
    Type: 2,
    Balance: 1000.5,
    Comment: "deposit",
  });
  const withdrawal = await sdk.trade.updateTradeBalanceGet({
    login,
    type: 2,
    balance: -200,
    comment: "withdrawal",
  });
  const updated = await sdk.users.updateUser({ Login: login, Leverage: 50, City: "Vienna" });
  const passwords = [
    await sdk.users.checkPassword(login, "Abcdef1!"),
    await sdk.users.checkPassword(login, "Wrong111!"),
    await sdk.users.changePassword(login, "Abcdef1!", "Ghijkl3!"),
    await sdk.users.checkPassword(login, "Ghijkl3!"),
  ];
  const traded = await trade(login);
  const user = await sdk.users.get(login);
  const batch = await sdk.users.getBatch(GROUP);
  const verdict = { created, deposit, withdrawal, updated, passwords, traded, user, batch };
  process.stdout.write(`\n${JSON.stringify(verdict)}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
