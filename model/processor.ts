/** How a folder says that its pictures and sounds are prepared. */

/**
 * `preprocessor_config.json`, or the part of `processor_config.json` that transformers 5 writes in its place for models that read texts besides;
 * null where there is neither.
 * @param read a JSON file of the folder, null when there is none of that name
 */
export async function readProcessor(
  read: (name: string) => Promise<unknown>,
  part: 'image_processor' | 'feature_extractor',
): Promise<unknown> {
  const own = await read('preprocessor_config.json');
  if (own !== null) return own;
  const joint = await read('processor_config.json');
  return typeof joint === 'object' && joint !== null ? ((joint as Readonly<Record<string, unknown>>)[part] ?? null) : null;
}
