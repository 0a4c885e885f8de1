import type { Portfolio, SwitchScope } from '#application';
import type { Chance } from '../engine/chance.js';
import type { VirtualTime } from '../engine/virtual-time.js';
import type { Desk } from './desk.js';
import { humbler } from './humbler-wish.js';
import { drawDraft, type PortfolioWish } from './settings.js';

export interface OperatorParts {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly wishes: readonly PortfolioWish[];
  readonly bases: readonly string[];
  /** Null while the api is down. */
  readonly desk: () => Desk | null;
  readonly haltFile: { put(): void; remove(): void; isThere(): boolean };
  readonly hit: (mark: string) => void;
  readonly note: (who: string, what: string) => void;
}

const NAME = 'operator';
/** A request that is not answered by then is given up; the next chore looks again. */
const PATIENCE_MS = 60_000;
const CHORES_MS = 120_000;
/** Where the last chores found nothing to do, so many are left out. */
const LEFT_OUT = 2;

export type Interruption = 'pause' | 'pause-buys' | 'stop' | 'halt' | 'reduce-only';

/** The people of the product: they want portfolios, change their minds, stop trading, and look after what asks for a person. */
export class Operator {
  private chores: Promise<void> | null = null;
  private leftOut = 0;
  private isIdle = false;
  private readonly letGoMs = new Map<string, number>();
  private wishes: readonly PortfolioWish[];

  constructor(private readonly parts: OperatorParts) {
    this.wishes = parts.wishes;
  }

  start(): void {
    const round = (): void => {
      this.doChoresInTime();
      this.parts.time.after(CHORES_MS, round);
    };
    this.parts.time.after(1_000, round);
  }

  private doChoresInTime(): void {
    this.leftOut += 1;
    if (this.isIdle && !this.isHurried && this.leftOut <= LEFT_OUT) return;
    this.leftOut = 0;
    this.isIdle = true;
    this.chores ??= this.doChores().finally(() => {
      this.chores = null;
    });
  }

  /** What a person may do on any day. */
  readonly act = async (): Promise<void> => {
    const { chance } = this.parts;
    const portfolio = await this.anyPortfolio();
    if (portfolio === null) return;
    const act = chance.pick([this.edit, this.edit, this.moveMoney, this.moveMoney, this.pause, this.stopAndStart, this.addAsset] as const);
    await act(portfolio);
  };

  /** The kill switch in one of its forms. The chores release it later. */
  readonly stopTrading = async (): Promise<void> => {
    const { chance, haltFile } = this.parts;
    if (chance.happens(0.2)) {
      haltFile.put();
      return this.note('puts the halt file');
    }
    const scope = await this.anyScope();
    const state = chance.pick(['halt', 'halt', 'reduce-only'] as const);
    await this.ask(`engages ${state} for ${scope}`, (desk) => desk.engage.run({ scope, state, reason: 'a drill', by: NAME }));
  };

  /** While a plan of the portfolio is under way. */
  async interrupt(portfolioId: string, how: Interruption): Promise<void> {
    const reason = 'just now';
    if (how === 'halt' || how === 'reduce-only') await this.ask(`engages ${how} for ${portfolioId}`, (desk) => desk.engage.run({ scope: `portfolio:${portfolioId}`, state: how, reason, by: NAME }));
    else await this.ask(`${how}s ${portfolioId}`, (desk) => desk.state.run({ idOrName: portfolioId, action: how, reason, principal: NAME }));
  }

  private async anyScope(): Promise<SwitchScope> {
    const portfolio = await this.anyPortfolio();
    if (portfolio === null) return 'all';
    return this.parts.chance.pick(['all', `account:${portfolio.accountId}`, `portfolio:${portfolio.id}`] as const);
  }

  private async anyPortfolio(): Promise<Portfolio | null> {
    const all = await this.ask('lists portfolios', (desk) => desk.stores.portfolios.list({ limit: 100 }));
    return all === null || all.length === 0 ? null : this.parts.chance.pick(all);
  }

  private readonly edit = async ({ id, configuration }: Portfolio): Promise<void> => {
    const draft = drawDraft(this.parts.chance, configuration.assets.map(({ base }) => base));
    const { upsideThreshold, downsideThreshold, cooldownMinutes } = draft.parameters;
    const change = { parameters: { upsideThreshold, downsideThreshold, cooldownMinutes }, execution: draft.execution, caps: draft.caps };
    await this.configure(id, change);
  };

  private readonly addAsset = async ({ id, configuration }: Portfolio): Promise<void> => {
    const held = configuration.assets.map(({ base }) => base);
    const other = this.parts.bases.filter((base) => !held.includes(base));
    if (other.length > 0) await this.configure(id, { assets: [...held, this.parts.chance.pick(other)] });
  };

  private async configure(idOrName: string, change: Parameters<Desk['change']['run']>[0]['change']): Promise<void> {
    const command = { idOrName, version: null, change, confirm: null, principal: NAME };
    const outcome = await this.ask('changes a configuration', (desk) => desk.change.run(command));
    if (outcome?.kind !== 'preview-needed') return;
    await this.ask('confirms a change', (desk) => desk.change.run({ ...command, confirm: outcome.preview.token }));
  }

  private readonly moveMoney = async ({ id }: Portfolio): Promise<void> => {
    const quantity = String(this.parts.chance.whole(-500, 800));
    await this.ask(`moves ${quantity}`, (desk) => desk.moveFunds.run({ idOrName: id, quantity, principal: NAME, key: null }));
  };

  private readonly pause = async ({ id }: Portfolio): Promise<void> => {
    const action = this.parts.chance.pick(['pause', 'pause-buys'] as const);
    await this.ask(action, (desk) => desk.state.run({ idOrName: id, action, reason: 'a drill', principal: NAME }));
  };

  private readonly stopAndStart = async ({ id }: Portfolio): Promise<void> => {
    await this.ask('stops', (desk) => desk.state.run({ idOrName: id, action: 'stop', reason: null, principal: NAME }));
  };

  /** What there should be and is not, and what stands still until somebody looks. */
  private async doChores(): Promise<void> {
    for (const wish of this.wishes) await this.see(wish);
    await this.clearHalts();
    await this.abandonPlans();
    await this.releaseSwitches();
    const { haltFile } = this.parts;
    if (haltFile.isThere() && this.isPatient('the halt file')) {
      haltFile.remove();
      this.note('removes the halt file');
    }
  }

  private async see(wish: PortfolioWish): Promise<void> {
    const found = await this.ask('finds', (desk) => desk.stores.portfolios.find(wish.name));
    this.isIdle &&= found?.state === 'running';
    if (found === null) return this.create(wish);
    const { id, state, name, capital } = found;
    if (state === 'created' || (state === 'stopped' && this.isPatient(id))) {
      await this.ask(`starts ${wish.name}`, (desk) => desk.state.start({ idOrName: id, confirmation: { name, capital }, acceptsUnknownWithdrawalRight: true, principal: NAME }));
    } else if ((state === 'paused' || state === 'buys-paused') && this.isPatient(id)) {
      await this.ask(`resumes ${wish.name}`, (desk) => desk.state.run({ idOrName: id, action: 'resume', reason: null, principal: NAME }));
    }
  }

  private async create(wish: PortfolioWish): Promise<void> {
    const { name, mode, capital, draft, accountId } = wish;
    const command = { name, mode, draft, capital, isCapitalNamedTwice: false, principal: NAME, key: null };
    // The product has one live account; the others of the simulation are given theirs past it.
    if (accountId !== null && accountId !== 'live-simulator') return void (await this.ask(`creates ${name}`, (desk) => desk.createAt(accountId, command)));
    const created = await this.ask(`creates ${name}`, (desk) => desk.create.run(command));
    if (created?.kind === 'impossible') this.wishes = this.wishes.map((other) => (other === wish ? humbler(this.parts.chance, wish, created.faults, this.parts.bases) : other));
  }

  private async clearHalts(): Promise<void> {
    const accounts = (await this.ask('lists accounts', (desk) => desk.stores.accounts.list({ limit: 100 }))) ?? [];
    for (const { id, haltReason } of accounts) {
      if (haltReason === null || !this.isPatient(`halt of ${id}`)) continue;
      this.parts.hit(`account halted: ${haltReason.split(' ').slice(0, 4).join(' ')}`);
      await this.ask(`clears the halt of ${id} (${haltReason})`, async (desk) => desk.stores.accounts.clearHalt(id, desk.clock.nowMs(), NAME));
    }
  }

  private async abandonPlans(): Promise<void> {
    const portfolios = (await this.ask('lists portfolios', (desk) => desk.stores.portfolios.list({ limit: 100 }))) ?? [];
    for (const { id } of portfolios) {
      const [plan] = (await this.ask('lists plans', (desk) => desk.stores.execution.plans(id, { limit: 1 }))) ?? [];
      if (plan?.state !== 'needs-human' || !this.isPatient(plan.id)) continue;
      const to = { state: 'aborted', endReason: plan.endReason, reason: 'abandoned' } as const;
      await this.ask(`abandons ${plan.id}`, (desk) => desk.stores.execution.changePlan({ planId: plan.id, version: plan.version, atMs: desk.clock.nowMs(), to, nextActionMs: null, jobs: [] }));
    }
  }

  private async releaseSwitches(): Promise<void> {
    const engaged = (await this.ask('lists switches', (desk) => desk.stores.killSwitches.engaged())) ?? [];
    for (const { scope } of engaged) {
      if (this.parts.haltFile.isThere() || !this.isPatient(scope)) continue;
      await this.ask(`releases ${scope}`, (desk) => desk.release.run({ scope, reason: 'the drill is over', by: NAME }));
    }
  }

  /** People take a while, and less when things have calmed down. */
  private isPatient(what: string): boolean {
    const { time, chance } = this.parts;
    this.isIdle = false;
    const untilMs = this.letGoMs.get(what);
    if (untilMs === undefined) this.letGoMs.set(what, time.nowMs + (this.isHurried ? 0 : chance.whole(0, 30) * 60_000));
    if (untilMs === undefined || time.nowMs < untilMs) return this.isHurried;
    this.letGoMs.delete(what);
    return true;
  }

  /** In the phase in which all is to come to rest. */
  isHurried = false;

  /** Null: it failed, or was not answered; it is tried again with the next chores. */
  private async ask<Value>(what: string, request: (desk: Desk) => Promise<Value>): Promise<Value | null> {
    const { desk, time } = this.parts;
    const open = desk();
    if (open === null) return this.unanswered();
    const answer = await new Promise<Value | null>((resolve) => {
      const forget = time.after(PATIENCE_MS, () => resolve(this.unanswered()));
      request(open).then((value) => (forget(), resolve(value)), (error: unknown) => (forget(), resolve(this.failed(what, error))));
    });
    const kind = (answer as { readonly kind?: unknown } | null)?.kind;
    if (typeof kind === 'string') this.note(`${what}: ${kind}`);
    return answer;
  }

  private failed(what: string, error: unknown): null {
    this.note(`${what}: fails, ${String(error).slice(0, 200)}`);
    return this.unanswered();
  }

  private unanswered(): null {
    this.isIdle = false;
    return null;
  }

  private note(what: string): void {
    this.parts.note(NAME, what);
  }
}
