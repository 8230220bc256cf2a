import { element, icon } from '../dom.ts';
import { button, textField } from '../ui/controls.ts';

/** Messages above the hexdump: what is wrong with the dump and still works, and the question for a raw range's base. */
export class Banners {
  readonly element = element('div', { class: 'banners', role: 'region', 'aria-label': 'Messages' });
  readonly #byKey = new Map<string, HTMLElement>();

  clear(): void {
    this.#byKey.clear();
    this.element.replaceChildren();
  }

  /** Shows a message; one with the same key takes its place. It can be closed. */
  problem(key: string, message: string): void {
    if (this.#byKey.get(key)?.dataset.message === message) return;
    const banner = element(
      'div',
      { class: 'banner warning', role: 'alert' },
      icon('warning'),
      element('span', { class: 'banner-text' }, message),
    );
    banner.dataset.message = message;
    banner.append(button({ label: 'Close', icon: 'close', look: 'icon', press: () => this.remove(key) }).element);
    this.#put(key, banner);
  }

  /** Offers to set the base address of a raw range; `set` resolves to what is wrong with the answer, or undefined. */
  askBase(set: (base: string) => Promise<string | undefined>): void {
    const KEY = 'base';
    const error = element('span', { class: 'banner-error', role: 'alert' });
    const submit = async () => {
      const wrong = await set(field.value().trim());
      if (wrong === undefined) this.remove(KEY);
      else error.textContent = wrong;
    };
    const field = textField({ label: 'Base address', placeholder: '0x7f0000000000', submit: () => void submit() });
    this.#put(
      KEY,
      element(
        'div',
        { class: 'banner info' },
        icon('info'),
        element(
          'span',
          { class: 'banner-text' },
          'A raw memory range: addresses count from 0. If you know where it began in the process, set its base.',
        ),
        field.element,
        button({ label: 'Set Base', look: 'primary', press: () => void submit() }).element,
        button({ label: 'Close', icon: 'close', look: 'icon', press: () => this.remove(KEY) }).element,
        error,
      ),
    );
  }

  /** Offers to open a raw range with what its folder has of the process; `open` resolves to what went wrong, or undefined. */
  offerTogether({ ranges, maps }: { ranges: number; maps: boolean }, open: () => Promise<string | undefined>): void {
    const KEY = 'together';
    const error = element('span', { class: 'banner-error', role: 'alert' });
    const several = ranges > 1;
    const press = async () => {
      const wrong = await open();
      if (wrong === undefined) this.remove(KEY);
      else error.textContent = wrong;
    };
    const what = several ? `${ranges} ranges of this folder` : 'the maps of this folder';
    this.#put(
      KEY,
      element(
        'div',
        { class: 'banner info' },
        icon('info'),
        element(
          'span',
          { class: 'banner-text' },
          several
            ? `The folder holds ${ranges} raw ranges${maps ? ' and the maps' : ''}. Of one process, they tell more together.`
            : 'The folder holds a copy of the maps of a process, which names what this range is.',
        ),
        button({
          label: several ? `Open ${what} together` : `Open with ${what}`,
          look: 'primary',
          press: () => void press(),
        }).element,
        button({ label: 'Close', icon: 'close', look: 'icon', press: () => this.remove(KEY) }).element,
        error,
      ),
    );
  }

  remove(key: string): void {
    this.#byKey.get(key)?.remove();
    this.#byKey.delete(key);
  }

  #put(key: string, banner: HTMLElement): void {
    const old = this.#byKey.get(key);
    if (old) old.replaceWith(banner);
    else this.element.append(banner);
    this.#byKey.set(key, banner);
  }
}

/** What is shown in place of everything when a file cannot be opened, or has nothing to show. */
export function messagePage(kind: 'error' | 'info', message: string, hint: string): HTMLElement {
  return element(
    'div',
    { class: `message-page ${kind}`, role: 'alert' },
    icon(kind),
    element('h2', {}, message),
    hint ? element('p', {}, hint) : undefined,
  );
}
