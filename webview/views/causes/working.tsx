/** How far something of many runs is, with its end in reach. */
import type { Task } from '../../state/causes.ts';
import { Button } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';

export function Working({ task, onCancel }: { task: Task<unknown>; onCancel: () => void }) {
  const slow = useSlow(task.state === 'working');
  if (task.state !== 'working' || !slow) return null;
  return (
    <div class="row-tools working" role="status">
      <progress aria-label={task.words} max={1} {...(task.fraction === null ? {} : { value: task.fraction })} />
      <span class="muted">{task.words}</span>
      <Button label="Cancel" icon="close" onPress={onCancel} />
    </div>
  );
}

export function Failed({ task }: { task: Task<unknown> }) {
  if (task.state !== 'failed') return null;
  return (
    <p class="failed" role="alert">
      {task.error.message}
    </p>
  );
}
