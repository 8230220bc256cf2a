import './vscode/load.ts';
import assert from 'node:assert/strict';
import type { LogOutputChannel } from 'vscode';
import type { AnalysisProgress, AnalysisSummary } from '../../src/analysis/api.ts';
import type { Analyse } from '../../src/editor/analysis-run.ts';
import type { AnalysisState } from '../../src/editor/protocol.ts';

const { AnalysisRun } = await import('../../src/editor/analysis-run.ts');
const { withSlowProgress } = await import('../../src/editor/slow-progress.ts');
const { notifications } = await import('./vscode/api.ts');

const summary = { summary: '3 strings', complete: false } as AnalysisSummary;
const half: AnalysisProgress = { stage: 'mark', share: 0.5, message: 'half' };

/** An analysis that the test ends. */
function controlled() {
  let end: (result: AnalysisSummary | Error) => void = () => {};
  let signal: AbortSignal | undefined;
  const analyse: Analyse = (progress, cancelled) => {
    signal = cancelled;
    progress(half);
    return new Promise((resolve, reject) => {
      end = result => (result instanceof Error ? reject(result) : resolve(result));
    });
  };
  return { analyse, end: (result: AnalysisSummary | Error) => end(result), aborted: () => signal?.aborted };
}

describe('the analysis of a dump', () => {
  let states: AnalysisState[];
  let logged: unknown[];
  const run = () => {
    states = [];
    logged = [];
    const log = { error: (...entry: unknown[]) => logged.push(entry) } as unknown as LogOutputChannel;
    return new AnalysisRun('core.1', state => states.push(state), log);
  };
  const seen = () => states.map(({ state }) => state);

  it('tells how far it is and what it found', async () => {
    const analysis = run();
    const { analyse, end } = controlled();
    const running = analysis.start(analyse);
    assert.deepEqual(analysis.state, { state: 'running', progress: half });
    end(summary);
    await running;
    assert.deepEqual(analysis.state, { state: 'done', summary });
    assert.deepEqual(seen(), ['running', 'running', 'done']);
  });

  it('runs once at a time', async () => {
    const analysis = run();
    const { analyse, end } = controlled();
    const running = [analysis.start(analyse), analysis.start(() => assert.fail('a second run'))];
    end(summary);
    await Promise.all(running);
    assert.equal(analysis.state.state, 'done');
  });

  it('keeps what was found when it is cancelled, and can start again', async () => {
    const analysis = run();
    const first = controlled();
    const running = analysis.start(first.analyse);
    analysis.cancel();
    assert.equal(first.aborted(), true);
    first.end(summary);
    await running;
    assert.deepEqual(analysis.state, { state: 'cancelled', summary });

    const second = controlled();
    const again = analysis.start(second.analyse);
    second.end(summary);
    await again;
    assert.equal(analysis.state.state, 'done');
  });

  it('says why it failed', async () => {
    const analysis = run();
    const { analyse, end } = controlled();
    const running = analysis.start(analyse);
    end(new Error('the disk is gone'));
    await running;
    assert.deepEqual(analysis.state, { state: 'failed', message: 'the disk is gone' });
    assert.equal(logged.length, 1);
  });

  it('forgets a run of the dump as it was before', async () => {
    const analysis = run();
    const before = controlled();
    const stale = analysis.start(before.analyse);
    analysis.reset();
    const now = controlled();
    const running = analysis.start(now.analyse);
    before.end(summary);
    await stale;
    assert.equal(analysis.state.state, 'running');
    now.end(summary);
    await running;
    assert.equal(analysis.state.state, 'done');
  });

  it('says nothing more once the dump is closed', async () => {
    const analysis = run();
    const { analyse, end, aborted } = controlled();
    const running = analysis.start(analyse);
    analysis.dispose();
    assert.equal(aborted(), true);
    const told = states.length;
    end(summary);
    await running;
    assert.equal(states.length, told);
  });
});

describe('a slow task', () => {
  beforeEach(() => void notifications.splice(0));
  const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

  it('has no notification when it is quick', async () => {
    const run = async () => 'result';
    assert.equal(await withSlowProgress({ title: 't', patience: 5, abort: new AbortController(), run }), 'result');
    await pause(20);
    assert.deepEqual(notifications, []);
  });

  it('shows where it is, adding up to what was reported, and can be cancelled', async () => {
    const abort = new AbortController();
    const task = withSlowProgress({
      title: 'Searching',
      patience: 5,
      abort,
      run: async report => {
        report(0.25, 'before it shows');
        await pause(30);
        report(0.75, 'later');
        report(0.5, 'never backwards');
        notifications[0].cancel();
        return abort.signal.aborted;
      },
    });
    assert.equal(await task, true);
    const [{ title, reports }] = notifications;
    assert.equal(title, 'Searching');
    assert.deepEqual(reports, [
      { message: 'before it shows', increment: 25 },
      { message: 'later', increment: 50 },
      { message: 'never backwards', increment: 0 },
    ]);
  });

  it('fails as the task does', async () => {
    const run = () => Promise.reject(new Error('broken'));
    await assert.rejects(withSlowProgress({ title: 't', patience: 5, abort: new AbortController(), run }), /broken/);
  });
});
