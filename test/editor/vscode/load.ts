import { registerHooks } from 'node:module';

/** Lets a unit test import a module of the editor outside VS Code: `vscode` is the few pieces of it in api.ts beside this file. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? next('./api.ts', { ...context, parentURL: import.meta.url }) : next(specifier, context),
});
