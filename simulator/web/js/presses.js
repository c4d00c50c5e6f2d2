// Presses of inline buttons that wait for the bot's answer: their buttons show it, and do nothing meanwhile.

const PATIENCE = 15_000;

export class Presses {
  #waiting = new Map();
  #answered = new Set();

  constructor(phone) {
    this.phone = phone;
  }

  isWaiting(messageId, data) {
    return data !== undefined && this.#waiting.has(`${messageId}:${data}`);
  }

  /** Press; the answer may overtake the number of the press. */
  async press(messageId, data) {
    const key = `${messageId}:${data}`;
    if (this.#waiting.has(key)) return;
    this.#waiting.set(key, null);
    this.phone.history.redraw(messageId);
    setTimeout(() => this.#end(key), PATIENCE);
    const made = await this.phone.deed("presses", { message_id: messageId, data });
    if (!made || this.#answered.has(made.press_id)) this.#end(key);
    else if (this.#waiting.has(key)) this.#waiting.set(key, made.press_id);
  }

  /** The bot has answered a press. */
  release(pressId) {
    this.#answered.add(pressId);
    for (const [key, each] of this.#waiting) if (each === pressId) this.#end(key);
  }

  /** A message was edited: its buttons are others now, even those with the same words. */
  forget(messageId) {
    for (const key of [...this.#waiting.keys()]) if (key.startsWith(`${messageId}:`)) this.#waiting.delete(key);
  }

  #end(key) {
    if (this.#waiting.delete(key)) this.phone.history.redraw(Number(key.split(":")[0]));
  }
}
