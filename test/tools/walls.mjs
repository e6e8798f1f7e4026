/**
 * The walls between the rooms, checked on what esbuild really put into each bundle: the extension never holds a file of the webview,
 * the webview none of the extension, `model` imports nothing but itself and its three libraries, and `vscode`, the runtime and the views'
 * libraries stay in their own rooms.
 */

/** Which source folders and which packages a bundle may hold, by the folder that its entry lies in. */
const ROOMS = {
  extension: {
    folders: ['extension/', 'model/'],
    packages: ['@huggingface/tokenizers', 'protobufjs', '@protobufjs', 'long', 'vscode-jsonrpc'],
    external: ['vscode', 'node:'],
  },
  webview: {
    // The weights of the small recurrent translators are part of the bundle.
    folders: ['webview/', 'model/', 'media/blocks/'],
    packages: [
      '@huggingface/tokenizers',
      'protobufjs',
      '@protobufjs',
      'long',
      'vscode-jsonrpc',
      'preact',
      '@preact/signals',
      '@preact/signals-core',
      'chart.js',
      '@dagrejs/dagre',
      '@dagrejs/graphlib',
      '@kurkle/color',
      '@vscode/webview-ui-toolkit',
      '@vscode/codicons',
      '@microsoft/fast-element',
      '@microsoft/fast-foundation',
      '@microsoft/fast-web-utilities',
      'exenv-es6',
      'tabbable',
      'tslib',
    ],
    external: [],
  },
};
const MODEL_PACKAGES = ['@huggingface/tokenizers', 'protobufjs', '@protobufjs', 'long', 'vscode-jsonrpc'];
/** Node's own modules may be named by a library that tests for them; nothing of ours may. */
const packageOf = (path) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
const isPackage = (name, list) => list.some((p) => name === p || name.startsWith(`${p}/`));

/**
 * @param {import('esbuild').Metafile} metafile
 * @returns {string[]} one sentence for each thing that stands in the wrong room
 */
export function brokenWalls(metafile) {
  const broken = [];
  for (const [output, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
    const room = entryPoint && ROOMS[entryPoint.split('/')[0]];
    if (!room) continue;
    for (const path of Object.keys(inputs)) {
      const name = packageOf(path);
      if (name ? !isPackage(name, room.packages) : !room.folders.some((f) => path.startsWith(f))) {
        broken.push(`${output} holds ${path}, which does not belong into a bundle of ${entryPoint.split('/')[0]}/.`);
      }
    }
  }
  for (const [path, { imports }] of Object.entries(metafile.inputs)) {
    if (path.startsWith('model/')) {
      for (const { path: to } of imports) {
        const name = packageOf(to);
        const fine = to.startsWith('model/') || (name && isPackage(name, MODEL_PACKAGES));
        if (!fine) broken.push(`${path} imports ${to}: model/ may import only itself and ${MODEL_PACKAGES.join(', ')}.`);
      }
    }
    if (path.startsWith('webview/') || path.startsWith('extension/')) {
      const room = ROOMS[path.split('/')[0]];
      for (const { path: to, external } of imports) {
        if (external && !room.external.some((e) => to === e || (e.endsWith(':') && to.startsWith(e)))) {
          broken.push(`${path} imports ${to}, which its room does not have.`);
        }
      }
    }
  }
  return broken;
}

/**
 * Names of the packages inside the bundles that are shipped, sorted; the runtime is copied as it is and counts too.
 * @param {import('esbuild').Metafile[]} metafiles
 */
export function shippedPackages(metafiles) {
  const names = new Set(['onnxruntime-web']);
  for (const { outputs } of metafiles) {
    for (const [output, { inputs }] of Object.entries(outputs)) {
      if (!ROOMS[output.split('/')[1]]) continue;
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) if (bytesInOutput > 0 && packageOf(path)) names.add(packageOf(path));
    }
  }
  return [...names].sort();
}
