/** Made by the build: imports every suite of test/vscode/suite. */
declare module 'headlight:suites';
