import { randomUUID } from 'node:crypto';
import type { Annotation } from '../annotations/annotation.ts';
import { sameAnnotation, withAnnotation, withoutAnnotation } from '../annotations/annotation.ts';
import type { PlaceMap } from '../annotations/place-map.ts';
import type { Sidecar } from '../annotations/sidecar.ts';
import { formatSidecar, MAX_TEXT } from '../annotations/sidecar-format.ts';
import type { AnnotationView } from './protocol.ts';

/** The annotations of an open dump: in memory first, so that nothing waits for the disk, and in the sidecar soon after. */
export class AnnotationStore {
  readonly #sidecar: Sidecar;
  readonly #changed: () => void;
  readonly #report: (problem: string) => void;
  #list: readonly Annotation[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /**
   * @param changed called after every change of the list.
   * @param report told what could not be read or written, in a sentence for the user.
   */
  constructor(sidecar: Sidecar, changed: () => void, report: (problem: string) => void) {
    this.#sidecar = sidecar;
    this.#changed = changed;
    this.#report = report;
  }

  get list(): readonly Annotation[] {
    return this.#list;
  }

  async load(): Promise<void> {
    const { annotations, problems } = await this.#sidecar.load();
    for (const problem of problems) this.#report(problem);
    // Annotated before the file was read: both stay.
    this.#list = this.#list.reduce<readonly Annotation[]>(withAnnotation, annotations);
    if (annotations.length > 0) this.#changed();
  }

  /** Adds an annotation and resolves when it is on the disk. The same kind on the same bytes is replaced and keeps its id and, unless a new one is given, its note. */
  async add(annotation: Omit<Annotation, 'id'>): Promise<Annotation> {
    const former = sameAnnotation(this.#list, annotation.place, annotation.kind);
    const added = {
      ...annotation,
      id: former?.id ?? randomUUID(),
      label: annotation.label.slice(0, MAX_TEXT),
      note: (annotation.note || (former?.note ?? '')).slice(0, MAX_TEXT),
    };
    await this.#change(withAnnotation(this.#list, added));
    return added;
  }

  async remove(id: string): Promise<void> {
    if (this.#list.some(each => each.id === id)) await this.#change(withoutAnnotation(this.#list, id));
  }

  /** What the webview may see of them, as file ranges; those on bytes that this dump of `size` bytes does not hold are left out. */
  views(places: PlaceMap, size: number): AnnotationView[] {
    return this.#list.flatMap(({ id, place, label, note, kind }) => {
      const range = places.rangeOf(place);
      return range === undefined || range.end > size ? [] : [{ id, ...range, label, note, kind }];
    });
  }

  #change(list: readonly Annotation[]): Promise<void> {
    this.#list = list;
    this.#changed();
    // Changes that come while the disk is busy are written together.
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      this.#writing = this.#write();
      return this.#writing;
    });
    return this.#next;
  }

  async #write(): Promise<void> {
    const list = this.#list;
    try {
      const saved = await this.#sidecar.save(list);
      for (const problem of saved.problems) this.#report(problem);
      // Somebody else's annotations, which the sidecar brought along; unless ours have changed meanwhile.
      if (this.#list === list && formatSidecar(saved.annotations) !== formatSidecar(list)) {
        this.#list = saved.annotations;
        this.#changed();
      }
    } catch (error) {
      this.#report(`The annotations could not be written: ${(error as Error).message}`);
    }
  }
}
