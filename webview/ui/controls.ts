import {
  type Button,
  type Checkbox,
  type Dropdown,
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { element, icon } from '../dom.ts';

/**
 * The one door to the control toolkit. Everything else in the page makes its controls here and sees plain elements and the
 * small interfaces below, so that replacing the toolkit (it is no longer developed) is a change to this file alone.
 */
provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeCheckbox(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextField(),
);

export interface ButtonOptions {
  readonly label: string;
  /** Name of a codicon. With `look: 'icon'` it stands alone and the label is spoken and shown on hover. */
  readonly icon?: string;
  readonly look?: 'primary' | 'secondary' | 'icon';
  readonly press: () => void;
}

export interface ButtonControl {
  readonly element: HTMLElement;
  setDisabled(disabled: boolean): void;
  /** For a button that switches something on and off. */
  setPressed(pressed: boolean): void;
}

export function button({ label, icon: glyph, look = 'secondary', press }: ButtonOptions): ButtonControl {
  const made = document.createElement('vscode-button') as Button;
  made.setAttribute('appearance', look);
  if (glyph) {
    made.setAttribute('aria-label', label);
    made.title = label;
  }
  if (look === 'icon') {
    made.append(icon(glyph!));
  } else {
    if (glyph) made.append(element('span', { slot: 'start', class: 'glyph' }, icon(glyph)));
    // The toolkit makes every span in a button as small as an icon.
    made.append(element('bdi', { class: 'label' }, label));
  }
  made.addEventListener('click', press);
  return {
    element: made,
    setDisabled: disabled => {
      made.disabled = disabled;
    },
    setPressed: pressed => made.setAttribute('aria-pressed', String(pressed)),
  };
}

export interface TextFieldControl {
  readonly element: HTMLElement;
  value(): string;
  focus(): void;
}

/** `submit` is called with the text on Enter. */
export function textField(options: {
  readonly label: string;
  readonly placeholder: string;
  readonly submit: (value: string) => void;
}): TextFieldControl {
  const made = document.createElement('vscode-text-field') as TextField;
  // The toolkit names a field by its text alone, which it also shows above it; style.css hides that.
  made.textContent = options.label;
  made.placeholder = options.placeholder;
  made.addEventListener('keydown', event => {
    if (event.key === 'Enter') options.submit(made.value);
  });
  return { element: made, value: () => made.value, focus: () => made.focus() };
}

export interface DropdownControl<T extends string> {
  readonly element: HTMLElement;
  /** Shows this choice without calling `change`. */
  select(value: T): void;
}

export function dropdown<T extends string>(options: {
  readonly label: string;
  readonly choices: Readonly<Record<T, string>>;
  readonly value: T;
  readonly change: (value: T) => void;
}): DropdownControl<T> {
  const made = document.createElement('vscode-dropdown') as Dropdown;
  made.setAttribute('aria-label', options.label);
  made.title = options.label;
  for (const [value, text] of Object.entries<string>(options.choices)) {
    made.append(element('vscode-option' as 'option', { value, selected: value === options.value }, text));
  }
  let current = options.value;
  made.addEventListener('change', () => {
    if (made.value === current) return;
    current = made.value as T;
    options.change(current);
  });
  return {
    element: made,
    select: value => {
      current = value;
      made.value = value;
    },
  };
}

export function checkbox(options: {
  readonly label: string;
  readonly checked: boolean;
  readonly change: (checked: boolean) => void;
}): HTMLElement {
  const made = document.createElement('vscode-checkbox') as Checkbox;
  made.append(options.label);
  made.checked = options.checked;
  made.addEventListener('change', () => options.change(made.checked));
  return made;
}

/** A number or a word in a pill. Our own: the toolkit's badge has an inline style, which the page's policy forbids. */
export function badge(text: string): HTMLElement {
  return element('span', { class: 'badge' }, text);
}

/** Something is going on, nobody knows for how long. */
export function progress(label: string): HTMLElement {
  const made = document.createElement('vscode-progress-ring');
  made.setAttribute('aria-label', label);
  return made;
}
