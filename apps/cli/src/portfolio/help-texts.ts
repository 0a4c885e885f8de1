export const PORTFOLIO_EXAMPLES = `Portfolios that are kept rebalanced: on paper, or live on the exchange.

Examples:
  $ rebalancer portfolio create sample --assets HANA,AIA,XAN \\
      --capital 10000 --start
  $ rebalancer portfolio show sample --watch
  $ rebalancer portfolio explain sample
  $ rebalancer portfolio pause sample
`;

export const CREATE_EXAMPLES = `Create a portfolio. Paper is the default: live prices, play money, fills made
like a backtest's. --live sends orders to the exchange that is talked to.

Examples:
  $ rebalancer portfolio create sample --assets HANA,AIA,XAN --capital 10000
  $ rebalancer portfolio create fast --assets HANA,AIA --capital 500 \\
      --set cooldownMinutes=5 --set evaluateEverySeconds=10 --start
  $ rebalancer portfolio create real --live --assets HANA,AIA,XAN --capital 1000
`;

export const START_EXAMPLES = `Start a portfolio. With real money this is the second of two acts: name and money
are said back, and that the exchange does not tell the key's rights is accepted.

Examples:
  $ rebalancer portfolio start sample
  $ rebalancer portfolio start real --confirm real=1000 \\
      --accept-unknown-withdrawal-right
`;

export const SHOW_EXAMPLES = `Show a portfolio: what it holds and is worth, how far it is from its thresholds.

Examples:
  $ rebalancer portfolio show sample
  $ rebalancer portfolio show sample --watch
`;

export const EXPLAIN_EXAMPLES = `Tell why a portfolio does what it does, or does nothing.

Examples:
  $ rebalancer portfolio explain sample
  $ rebalancer portfolio explain sample --at 2026-11-26T12:00
`;

export const CHANGE_EXAMPLES = `Change a portfolio's configuration. A change that would trade much at
once is shown first, with the token that confirms it.

Examples:
  $ rebalancer portfolio change sample --set upsideThreshold=0.5
  $ rebalancer portfolio change sample --assets HANA,AIA,XAN,TRUTH \\
      --confirm TOKEN
`;

export const EVALUATE_EXAMPLES = `Evaluate a portfolio now. With --dry-run nothing is changed: the plan is shown
with the market's rules, fees and expected slippage applied.

Example:
  $ rebalancer portfolio evaluate sample --dry-run
`;

export const RECONCILE_EXAMPLES = `Compare the books with the exchange. Exits with 11 where they differ in anything.

Example:
  $ rebalancer portfolio reconcile sample
`;

export const REPLAY_EXAMPLES = `Replay what a portfolio decided and did through the backtest's engine, and list
every difference with its cause.

Examples:
  $ rebalancer portfolio replay sample
  $ rebalancer portfolio replay sample --from 2026-11-25 --to 2026-11-26
`;

export const KILL_EXAMPLES = `Stop trading at once: everything, an account or a portfolio. What is on its way
to the exchange finishes; nothing else is sent. Works while Redis is down. Only
a person releases it, after the books have been found equal.

Examples:
  $ rebalancer kill --reason "prices look wrong"
  $ rebalancer kill --portfolio sample --reduce-only
  $ rebalancer kill status
  $ rebalancer kill release --scope all --reason "looked at it"
`;
