/**
 * `npm run proto`: writes model/onnx/proto.js (protobufjs static code: create, encode, decode) and proto.d.ts from onnx.proto.
 * The declarations are our own because those of pbjs make every nested field optional and nullable, which no decoded message is.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const SCALARS = {
  string: 'string',
  bytes: 'Uint8Array',
  float: 'number',
  double: 'number',
  int32: 'number',
  uint32: 'number',
  bool: 'boolean',
};

const folder = new URL('../../model/onnx/', import.meta.url).pathname;
const source = `${folder}onnx.proto`;
const options = [
  '--dependency',
  'protobufjs/minimal.js',
  '--no-verify',
  '--no-convert',
  '--no-delimited',
  '--no-typeurl',
  '--no-service',
  '--no-comments',
];
const target = ['-t', 'static-module', '-w', 'esm', '-o', `${folder}proto.js`];
execFileSync(process.execPath, ['node_modules/protobufjs-cli/bin/pbjs', ...target, ...options, source], { stdio: 'inherit' });
// An unset 64-bit field reads as the number 0, whether or not the package `long` is about.
const code = readFileSync(`${folder}proto.js`, 'utf8').replaceAll(/\$util\.Long \? \$util\.Long\.fromBits\(0,0,false\) : 0/g, '0');
writeFileSync(`${folder}proto.js`, code);
writeFileSync(`${folder}proto.d.ts`, declarations(protobuf.loadSync(source).lookup('onnx')));

function declarations(root) {
  return `// Written by \`npm run proto\` from onnx.proto; do not edit.
import type { Reader, Writer } from 'protobufjs/minimal.js';

/** A 64-bit integer: a number where that is exact, a bigint beyond ±2^53 (see wire.ts). */
export type Int64 = number | bigint;

/** What the static code offers for a message: unset scalars read as their defaults, unset messages as null. */
export interface MessageType<T> {
  create(properties?: Partial<T>): T;
  encode(message: T, writer: Writer): Writer;
  decode(reader: Reader | Uint8Array, length?: number): T;
}

export namespace onnx {
${root.nestedArray.map((item) => (item instanceof protobuf.Enum ? enumeration(item, 'const ') : message(item, ''))).join('\n')}
}
`;
}

function enumeration(item, keyword) {
  const values = Object.entries(item.values).map(([name, value]) => `readonly ${name}: ${value}`);
  return `  ${keyword}${item.name}: { ${values.join('; ')} };`;
}

/** A message as an interface, its static side as a constant of the same name; nested messages are joined with `_`. */
function message(type, prefix) {
  const name = prefix + type.name;
  const fields = type.fieldsArray.map((field) => `    ${field.name}${optional(field)}: ${fieldType(field.resolve(), type)};`);
  const inner = type.nestedArray.map((item) =>
    item instanceof protobuf.Enum ? `  ${enumeration(item, 'readonly ')}` : `    readonly ${item.name}: MessageType<${name}_${item.name}>;`,
  );
  const nested = type.nestedArray.filter((item) => item instanceof protobuf.Type).map((item) => message(item, `${name}_`));
  const side = inner.length ? `MessageType<${name}> & {\n${inner.join('\n')}\n  }` : `MessageType<${name}>`;
  const statics = prefix ? '' : `\n  const ${name}: ${side};`;
  return [`  interface ${name} {\n${fields.join('\n')}\n  }${statics}`, ...nested].join('\n');
}

function optional(field) {
  return !field.repeated && (field.partOf || field.resolve().resolvedType instanceof protobuf.Type) ? '?' : '';
}

function fieldType(field) {
  const resolved = field.resolvedType;
  if (resolved instanceof protobuf.Type) {
    const name = resolved.fullName.replace('.onnx.', '').replaceAll('.', '_');
    return field.repeated ? `${name}[]` : `${name} | null | undefined`;
  }
  const scalar = resolved ? 'number' : (SCALARS[field.type] ?? 'Int64');
  if (field.partOf) return `${scalar} | null | undefined`;
  return field.repeated ? `${scalar}[]` : scalar;
}
