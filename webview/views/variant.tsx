/** Which of a model's files is on view, and the way to another one; nothing for a model that is there in one form only. */
import { variantOf } from '../../model/onnx/variants.ts';
import type { Session } from '../state/types.ts';
import { Icon } from '../ui/controls.tsx';
import { usePanel } from './context.ts';

export function Variant({ session: { show, opened } }: { session: Session }) {
  const { host } = usePanel();
  const { path, format } = opened.model;
  const { id, forms = 1 } = show.model;
  if (forms < 2) return null;
  const words = format === 'safetensors' ? 'checkpoint' : variantOf(path).words;
  return (
    <button
      type="button"
      class="chip"
      title={`${path}: choose among ${forms} variants`}
      onClick={() => void host.request('chooseVariant', { model: id })}
    >
      {words} <Icon name="chevron-down" />
    </button>
  );
}
