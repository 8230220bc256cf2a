/** Where the page's files are, as the webview may load them. */
export interface PageSource {
  /** The webview's own origin for styles, fonts and pictures (`webview.cspSource`). */
  readonly cspSource: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** A language tag such as `en` or `zh-cn`. */
  readonly language: string;
  readonly title: string;
  /** Fresh for each page. */
  readonly nonce: string;
}

/**
 * The webview's page: nothing is allowed that is not named here. The meta tag lets the control toolkit put the nonce
 * on the one style sheet it makes by itself.
 */
export function page({ cspSource, script, styles, language, title, nonce }: PageSource): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource}`,
    `font-src ${cspSource}`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta property="csp-nonce" content="${nonce}">
  <title>${attribute(title)}</title>
${styles.map(style => `  <link rel="stylesheet" href="${attribute(style)}" nonce="${nonce}">`).join('\n')}
</head>
<body>
  <script src="${attribute(script)}" nonce="${nonce}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
