import { fileTemplates, MOST_TEMPLATES } from '../../src/heap/file-templates.ts';
import { compareFiling, templatedDump } from '../heap/templated-dump.ts';

/** Ten million strings (or so many as the first argument says) of forty templates, filed: exit code 1 where it went wrong. Takes 2 GB. */
const count = Number(process.argv[2] ?? 10_000_000);
const made = templatedDump(count, 7);
const started = performance.now();
const { texts, of } = fileTemplates(made.dump, made.strings, { progress() {}, cancelled: () => false });
const seconds = (performance.now() - started) / 1000;
const { families, missing, misfiled, wrong } = compareFiling(made, texts, of);
console.log(`${count} strings filed in ${seconds.toFixed(1)} s: ${families} families, ${misfiled} misfiled`);
for (const line of wrong) console.log(`  ${line}`);
for (const template of missing) console.log(`  not found: ${template}`);
if (missing.length > 0 || families > MOST_TEMPLATES || misfiled > count / 1000) process.exitCode = 1;
