const NAME = /^[\p{L}\p{N} _.-]{1,64}$/u;
/** A name of this form would be taken for the id of another portfolio. */
const LIKE_AN_ID = /^pf_[0-9A-Z]{26}$/iu;

export const PORTFOLIO_NAME_RULE = '1 to 64 letters, digits, spaces, _, . or -, with none of the form of a portfolio id';

/** The name as it is stored, so that two that look the same are the same; null where it breaks the rule. */
export function portfolioName(text: string): string | null {
  const name = text.normalize('NFC').trim();
  return NAME.test(name) && !LIKE_AN_ID.test(name) ? name : null;
}
