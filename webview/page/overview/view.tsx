/** The first tab: what the model is, what goes in and comes out, where its parameters are, what Headlight can show of it. */
import type { PageFacts, PortFacts } from '../../../model/protocol/explorer.ts';
import { shortSize } from '../../../model/sizes.ts';
import { Icon } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import { Attention } from './attention.tsx';
import { MemoryBlock } from './memory.tsx';
import { PartsBlock } from './parts.tsx';
import { Types } from './types.tsx';
import { shapeWords } from './words.ts';

export function Overview({ facts }: { facts: PageFacts }) {
  const { attention } = usePage();
  const now = attention.value;
  const inputs = facts.inputs.length > 0 ? facts.inputs : now.at === 'ready' ? (now.value.inputs ?? []) : [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="overview" tabIndex={0} aria-label="Overview">
      <div class="overview-main">
        <Problems problems={facts.problems} />
        <Attention />
        <PartsBlock facts={facts} />
        <Ports title="Inputs" ports={inputs} />
        <Ports title="Outputs" ports={facts.outputs} />
      </div>
      <div class="overview-side">
        <section>
          <h2>File</h2>
          <dl class="facts">
            {facts.facts.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            <div>
              <dt>Weights</dt>
              <dd>
                {shortSize(facts.bytes)} in {facts.tensors.length.toLocaleString('en')} tensors
              </dd>
            </div>
            <div>
              <dt>Read for this page</dt>
              <dd>
                {shortSize(facts.bytesRead)} in {Math.max(1, Math.round(facts.readMs))} ms
              </dd>
            </div>
          </dl>
        </section>
        <Types facts={facts} />
        <MemoryBlock facts={facts} />
        <Files facts={facts} />
        <Metadata metadata={facts.metadata} />
      </div>
    </section>
  );
}

function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems">
      {problems.map((words) => (
        <li key={words}>
          <Icon name="warning" /> {words}
        </li>
      ))}
    </ul>
  );
}

function Ports({ title, ports }: { title: string; ports: readonly PortFacts[] }) {
  if (ports.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul class="ports">
        {ports.map(({ name, dtype, shape, words }) => (
          <li key={name}>
            <code>{name}</code>
            <span class="number muted">
              {dtype} {shapeWords(shape)}
            </span>
            {words && <span>{words}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Files({ facts }: { facts: PageFacts }) {
  const { host } = usePage();
  const shown = facts.files.filter(({ role, path }) => role !== null || path === facts.entry).slice(0, 40);
  return (
    <section>
      <h2>Files beside</h2>
      <ul class="files">
        {shown.map(({ path, size, role }) => (
          <li key={path}>
            {path === facts.entry ? (
              <strong>{path}</strong>
            ) : (
              <button type="button" class="plain link" onClick={() => void host.request('openFile', { path })}>
                {path}
              </button>
            )}
            <span class="muted">
              {shortSize(size)}
              {path === facts.entry ? ' · this file' : ` · ${role}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the exporter wrote into the file; long texts are cut, they are not facts. */
function Metadata({ metadata }: { metadata: Readonly<Record<string, string>> }) {
  const entries = Object.entries(metadata).slice(0, 30);
  if (entries.length === 0) return null;
  return (
    <section>
      <h2>Written in the file</h2>
      <dl class="facts">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd title={value.slice(0, 2000)}>{value.length > 80 ? `${value.slice(0, 80)}…` : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
