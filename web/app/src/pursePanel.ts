import { h, say } from "./dom.ts";
import { dollars, parseDollars, short } from "./format.ts";
import { amountFault, type Owner } from "./funding.ts";
import { settings } from "./settings.ts";
import type { Viewing } from "./viewing.ts";
import { discoverWallets, wallets } from "./wallet.ts";

/** Balance, funding and spending rules. */
export class PursePanel {
  readonly element: HTMLElement;
  readonly #balance = h("strong", { class: "balance" }, "–");
  readonly #note = h("p", { class: "note" });
  readonly #message = h("p", { class: "message", role: "status" });
  readonly #amount = h("input", { inputmode: "decimal", value: "3.00", "aria-label": "Amount in USDC", autocomplete: "off" });
  readonly #button = h("button", { type: "submit" }, "Fund purse");

  constructor(private readonly viewing: Viewing) {
    const form = h("form", { submit: (event) => { event.preventDefault(); void this.fund(this.#amount.value); } },
      h("label", { class: "amount" }, h("span", {}, "$"), this.#amount), this.#button);
    this.element = h("section", { class: "panel purse" }, h("h2", {}, "Purse"), this.#balance, form, this.#message, this.#note, this.#settings());
    discoverWallets(() => this.show());
  }

  show(): void {
    const { purse, config } = this.viewing;
    const left = purse.balance - purse.ledger.signedValue;
    say(this.#balance, dollars(left > 0n ? left : 0n));
    const [wallet] = wallets();
    say(this.#note, wallet ? `${wallet.name} signs the deposit; tickets are signed by a viewing key in this browser (${short(purse.address)}).`
      : config.devnet ? "Test network: no wallet found, so this page makes a throwaway owner key in this browser and takes test USDC from the faucet."
      : "No wallet found; install one that speaks EIP-6963 to fund this purse.");
  }

  /** Funds the purse with an amount in dollars; shows what happens in one sentence. True when it worked. */
  async fund(text: string, alwaysLocal = false): Promise<boolean> {
    const amount = parseDollars(text), fault = amountFault(amount);
    if (fault) return this.#say(fault, true);
    const owner = this.#owner(alwaysLocal);
    if (!owner) return this.#say("There is no wallet to pay with; install one and load the page again.", true);
    this.#button.disabled = true;
    this.#say("local" in owner ? "Depositing…" : "Sign the deposit in your wallet…");
    try {
      await this.viewing.fund(owner, amount!);
      return this.#say(`${dollars(amount!)} deposited.`);
    } catch (error) {
      return this.#say((error as Error).message, true);
    } finally {
      this.#button.disabled = false;
      this.show();
    }
  }

  #owner(alwaysLocal: boolean): Owner | null {
    const [wallet] = wallets();
    if (wallet && !alwaysLocal) return { wallet };
    return this.viewing.config.devnet ? { local: this.viewing.keyring.owner } : null;
  }

  #say(text: string, bad = false): boolean {
    say(this.#message, text);
    this.#message.classList.toggle("bad", bad);
    return !bad;
  }

  #settings(): HTMLElement {
    const rpc = h("input", { value: settings.rpcUrl(this.viewing.config.rpcUrl), spellcheck: "false" });
    const ceiling = h("input", { value: (Number(settings.ceilingPrice()) / 1e6).toString(), inputmode: "decimal" });
    const save = (event: Event): void => {
      event.preventDefault();
      const price = parseDollars(ceiling.value);
      if (price === null) return void this.#say("The ceiling price is no amount; write dollars a GB, for example 1.00.", true);
      settings.setCeilingPrice(price);
      settings.setRpcUrl(rpc.value.trim() === this.viewing.config.rpcUrl ? "" : rpc.value.trim());
      location.reload();
    };
    return h("details", {}, h("summary", {}, "Settings"), h("form", { class: "settings", submit: save },
      h("label", {}, "Chain RPC endpoint", rpc), h("label", {}, "Most that you pay, $ a GB", ceiling), h("button", { type: "submit", class: "quiet" }, "Save and reload")));
  }
}
