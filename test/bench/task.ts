/** One task in a process of its own: measures, answers, ends. */
import { TASKS } from './tasks.ts';

const [name = '', params = '{}'] = process.argv.slice(2);
try {
  const task = TASKS[name];
  if (!task) throw new Error(`no task is called ${name}`);
  process.send!(await task(JSON.parse(params)));
} catch (error) {
  console.error(error);
  process.send!({ error: error instanceof Error ? error.message : String(error) });
}
process.disconnect();
