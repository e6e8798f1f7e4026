declare module '*.css';

/** Weights inside a bundle, as bytes. */
declare module '*.safetensors' {
  const bytes: Uint8Array;
  export default bytes;
}
