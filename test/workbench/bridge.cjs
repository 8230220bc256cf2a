// Runs in the extension host in place of extension tests: connects back to the test process on this machine and runs the
// functions that it sends, with VS Code's API at hand, until the connection ends. CommonJS, since VS Code loads it as it is.
const net = require('node:net');
const vscode = require('vscode');

/** @param {{ id: number, code: string, argument: unknown }} order */
async function answer({ id, code, argument }) {
  try {
    // The code is a test's own function, sent over a connection that showed the token.
    const work = new Function(`return (${code})`)();
    return { id, value: await work(vscode, argument) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

exports.run = () =>
  new Promise((resolve, reject) => {
    const [port, token] = (process.env.HEXHEAP_TEST_BRIDGE ?? '').split(':');
    const socket = net.connect(Number(port), '127.0.0.1', () => socket.write(`${token}\n`));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', async chunk => {
      received += chunk;
      const lines = received.split('\n');
      received = lines.pop() ?? '';
      for (const line of lines) socket.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
    });
    socket.on('error', reject);
    socket.on('close', resolve);
  });
