import { Buffer } from 'node:buffer';
import { createCipheriv, createHmac } from 'node:crypto';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';

/**
 * Replacements of the same length and make: a letter stays a letter, a digit a digit, and the same text gets the same
 * replacement wherever it stands, different texts different ones. So lengths, equalities and orders of parts survive, and
 * with them whatever a verdict rests on; without the key nobody finds the way back.
 */
export class Pseudonyms {
  readonly #key: string;
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(key: string) {
    this.#key = key;
  }

  /** Every run of letters and digits replaced; what stands between them is kept. */
  words(text: string): string {
    return text.replace(/[A-Za-z0-9]+/g, (run) => recased(this.#word(run.toLowerCase()), run));
  }

  #word(word: string): string {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const made = word.length === 1 ? this.#rotated(word) : this.#drawn(word);
    this.#known.set(word, made);
    this.#taken.add(made);
    return made;
  }

  /** One character: the alphabet turned by a secret number of places, so that no two meet and none stays. */
  #rotated(character: string): string {
    const alphabet = digits.includes(character) ? digits : lower;
    const turn = 1 + (this.digest(`turn ${alphabet}`).readUInt32BE(0) % (alphabet.length - 1));
    return alphabet[(alphabet.indexOf(character) + turn) % alphabet.length] as string;
  }

  #drawn(word: string): string {
    for (let attempt = 0; ; attempt++) {
      const random = this.#stream(`word ${attempt} ${word}`, word.length);
      const made = [...word].map((c, i) => pick(digits.includes(c) ? digits : lower, random[i] as number)).join('');
      // Where all replacements of two characters are in use, two words share one.
      if (made !== word && (!this.#taken.has(made) || attempt > 200)) return made;
    }
  }

  /** Bytes that tell nothing of these but their number, and the same for the same. */
  bytes(bytes: Uint8Array): Uint8Array {
    return this.#stream(Buffer.concat([Buffer.from('bytes '), bytes]), bytes.length);
  }

  /** 32 bytes that only the key's owner can know. */
  digest(of: string | Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(of).digest();
  }

  #stream(of: string | Uint8Array, length: number): Uint8Array {
    const seed = this.digest(of);
    const cipher = createCipheriv('aes-128-ctr', seed.subarray(0, 16), seed.subarray(16));
    return new Uint8Array(cipher.update(Buffer.alloc(length)));
  }
}

function pick(alphabet: string, random: number): string {
  return alphabet[random % alphabet.length] as string;
}

function recased(made: string, model: string): string {
  if (model === model.toLowerCase()) return made;
  return [...made].map((c, i) => (/[A-Z]/.test(model[i] ?? '') ? c.toUpperCase() : c)).join('');
}
