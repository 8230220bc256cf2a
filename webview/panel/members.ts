import { element } from '../dom.ts';
import type { Host } from '../host.ts';
import { count, hex } from '../text.ts';
import { button } from '../ui/controls.ts';
import type { Member } from './clusters.ts';
import { Paged } from './paged.ts';
import { verdictTag } from './verdict.ts';
import { VirtualList } from './virtual-list.ts';

const ROW_HEIGHT = 42;

export interface MemberEvents {
  show(member: Member): void;
  back(): void;
}

/** The members of one cluster by address: a list, and buttons that walk it one by one. */
export class Members {
  readonly element: HTMLElement;
  readonly #events: MemberEvents;
  readonly #members: Paged<Member>;
  readonly #list: VirtualList;
  readonly #position = element('span', { class: 'position', role: 'status' });
  readonly #previous = button({
    label: 'Previous Member',
    icon: 'arrow-up',
    look: 'icon',
    press: () => this.#step(-1),
  });
  readonly #next = button({ label: 'Next Member', icon: 'arrow-down', look: 'icon', press: () => this.#step(1) });
  #current = 0;
  /** The member that was last shown in the hexdump. */
  #shown = -1;

  constructor(host: Host, cluster: number, name: string, events: MemberEvents) {
    this.#events = events;
    this.#members = new Paged(
      async (first, howMany) => {
        const { total, members } = await host.ask('members', { cluster, first, count: howMany });
        return { total, items: members };
      },
      () => this.#draw(),
    );
    this.#list = new VirtualList({
      id: 'hexheap-members',
      label: `Members of ${name}`,
      rowHeight: ROW_HEIGHT,
      render: (row, index) => renderMember(row, this.#members.get(index)),
      shown: (first, end) => this.#members.want(first, end),
      select: index => this.#goTo(index),
      open: index => this.#goTo(index),
    });
    const back = button({
      label: 'Back to the Clusters',
      icon: 'arrow-left',
      look: 'icon',
      press: () => events.back(),
    });
    this.element = element(
      'div',
      { class: 'members' },
      element(
        'div',
        { class: 'panel-heading members-heading' },
        back.element,
        element('span', { class: 'members-name', title: name }, name),
        this.#position,
        this.#previous.element,
        this.#next.element,
      ),
      this.#list.element,
    );
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape' || (event.key === 'Backspace' && !event.ctrlKey)) events.back();
    });
    this.#members.reset();
    this.#draw();
  }

  focus(): void {
    this.#list.focus();
  }

  #step(by: number): void {
    this.#goTo(this.#current + by);
    this.#list.activate(this.#current);
  }

  #goTo(index: number): void {
    const { total = 0 } = this.#members;
    this.#current = Math.min(Math.max(0, total - 1), Math.max(0, index));
    this.#members.want(this.#current, this.#current + 1);
    this.#draw();
  }

  #draw(): void {
    const { total, error } = this.#members;
    this.#list.changed(total ?? 0);
    this.#position.textContent = error ?? (total ? `${count(this.#current + 1)} of ${count(total)}` : '');
    this.#previous.setDisabled(this.#current === 0);
    this.#next.setDisabled(total === undefined || this.#current >= total - 1);
    const member = this.#members.get(this.#current);
    if (!member || this.#shown === this.#current) return;
    this.#shown = this.#current;
    this.#events.show(member);
  }
}

function renderMember(row: HTMLElement, member: Member | undefined): void {
  if (!member) {
    row.replaceChildren(element('div', { class: 'cluster-line faint' }, 'Loading…'));
    return;
  }
  const { address, length, verdict, text } = member;
  row.replaceChildren(
    element(
      'div',
      { class: 'cluster-line' },
      element('span', { class: 'member-address' }, hex(address)),
      element('span', { class: 'faint' }, `${count(length)} chars`),
      verdictTag(verdict),
    ),
    element('div', { class: 'cluster-line' }, element('span', { class: 'sample' }, text || '(empty)')),
  );
}
