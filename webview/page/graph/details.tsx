/** What the chosen box is: operator, attributes, where its values come from and go to; for a group, what it holds. */
import { pathTo } from '../../../model/explore/graph/groups.ts';
import { type GraphData, groupOf, INPUT, STORED } from '../../../model/explore/graph/types.ts';
import { Button, Icon } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import { shapeWords } from '../overview/words.ts';
import { usersOf } from './find.ts';
import { PathButton, PathDetails, type PathState } from './path-details.tsx';
import type { Box } from './scene.ts';

interface Props {
  readonly data: GraphData;
  readonly box: Box | null;
  readonly way: PathState;
  readonly onGo: (node: number) => void;
  readonly onToggle: (group: number) => void;
}

export function Details({ data, box, way, onGo, onToggle }: Props) {
  return (
    <section class="graph-details" aria-label="What is chosen">
      <PathDetails data={data} state={way} onGo={onGo} />
      {!box && <Legend data={data} />}
      {box?.kind === 'node' && <NodeDetails data={data} node={box.id} way={way} onGo={onGo} />}
      {(box?.kind === 'group' || box?.kind === 'open') && <GroupDetails data={data} box={box} onToggle={onToggle} onGo={onGo} />}
      {(box?.kind === 'in' || box?.kind === 'out') && <ValueDetails data={data} value={box.id} onGo={onGo} />}
      {box?.kind === 'more' && (
        <p class="muted">
          {box.title} {box.detail}.
        </p>
      )}
    </section>
  );
}

function Legend({ data }: { data: GraphData }) {
  return (
    <>
      <h2>Graph</h2>
      <p>
        {data.nodes.length.toLocaleString('en')} nodes,{' '}
        {data.values.filter(({ producer }) => producer === STORED).length.toLocaleString('en')} stored tensors.
      </p>
      <p class="note">
        Double-click a group, or press Enter on it, to open it where it stands. Equal layers in a row are one group. Orange boxes hold
        attention; dashed ones are values from outside. Press p on two nodes for the shortest path between them. Constants are listed with
        the nodes that use them.
      </p>
    </>
  );
}

function Crumbs({ data, group }: { data: GraphData; group: number }) {
  const path = pathTo(data.groups, group).map((one) => data.groups[one]!.name);
  return path.length > 0 ? <p class="muted">{path.join(' › ')}</p> : null;
}

function NodeDetails({ data, node, way, onGo }: { data: GraphData; node: number; way: PathState; onGo: (node: number) => void }) {
  const { host } = usePage();
  const { op, name, group, attributes, inputs, outputs } = data.nodes[node]!;
  const site = data.sites.find(([, one]) => one === node)?.[0];
  return (
    <>
      <h2>{op}</h2>
      <p class="muted">{name}</p>
      <Crumbs data={data} group={group} />
      {site && (
        <Button label="Visualize its heads" icon="eye" appearance="primary" onPress={() => void host.request('visualize', { site })} />
      )}
      <PathButton node={node} state={way} />
      {attributes.length > 0 && (
        <>
          <h3>Attributes</h3>
          <dl class="facts">
            {attributes.map(([key, words]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd title={words}>{words}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <h3>Inputs</h3>
      <ul class="values">
        {inputs.map((value, i) => (
          <li key={i}>{value < 0 ? <span class="muted">left out</span> : <Value data={data} value={value} onGo={onGo} from />}</li>
        ))}
      </ul>
      <h3>Outputs</h3>
      <ul class="values">
        {outputs.map((value) => (
          <li key={value}>
            <Value data={data} value={value} onGo={onGo} />
            <Users data={data} value={value} onGo={onGo} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** A value with its type and shape; `from` leads to what makes it. */
function Value({ data, value, onGo, from = false }: { data: GraphData; value: number; onGo: (node: number) => void; from?: boolean }) {
  const { tab, tensor } = usePage();
  const { name, dtype, shape, producer } = data.values[value]!;
  const open = () => {
    if (producer === STORED) {
      tensor.value = name;
      tab.value = 'tensors';
    } else onGo(producer);
  };
  const leads = from && producer !== INPUT;
  return (
    <>
      {leads ? (
        <button
          type="button"
          class="plain link"
          title={producer === STORED ? 'Open the tensor' : 'Go to the node that makes it'}
          onClick={open}
        >
          <Icon name={producer === STORED ? 'symbol-numeric' : 'arrow-up'} /> {name}
        </button>
      ) : (
        <span class="value-name">{name}</span>
      )}
      <span class="muted number">
        {dtype} {shapeWords(shape)}
      </span>
    </>
  );
}

const FEW = 8;

function Users({ data, value, onGo }: { data: GraphData; value: number; onGo: (node: number) => void }) {
  const users = usersOf(data, value);
  return (
    <span class="users">
      {users.slice(0, FEW).map((node) => (
        <button key={node} type="button" class="plain link" title={data.nodes[node]!.name} onClick={() => onGo(node)}>
          <Icon name="arrow-down" /> {data.nodes[node]!.op}
        </button>
      ))}
      {users.length > FEW && <span class="muted">and {users.length - FEW} more</span>}
      {users.length === 0 && <span class="muted">{data.outputs.includes(value) ? 'a result of the model' : 'not used'}</span>}
    </span>
  );
}

function ValueDetails({ data, value, onGo }: { data: GraphData; value: number; onGo: (node: number) => void }) {
  const { name, dtype, shape, producer } = data.values[value]!;
  return (
    <>
      <h2>{name}</h2>
      <p class="muted number">
        {dtype} {shapeWords(shape)}
      </p>
      {producer === INPUT ? (
        <p>An input of the model.</p>
      ) : (
        <p>
          Made by{' '}
          <button type="button" class="plain link" onClick={() => onGo(producer)}>
            {data.nodes[producer]!.op} {data.nodes[producer]!.name}
          </button>
        </p>
      )}
      <h3>Used by</h3>
      <Users data={data} value={value} onGo={onGo} />
    </>
  );
}

function GroupDetails({
  data,
  box,
  onToggle,
  onGo,
}: {
  data: GraphData;
  box: Box;
  onToggle: (group: number) => void;
  onGo: (node: number) => void;
}) {
  const { host } = usePage();
  const { name, nodes, repeats, parent } = data.groups[box.id]!;
  const inside = new Set(nodesIn(data, box.id));
  const operators = new Map<string, number>();
  for (const node of inside) operators.set(data.nodes[node]!.op, (operators.get(data.nodes[node]!.op) ?? 0) + 1);
  const sites = data.sites.filter(([, node]) => inside.has(node));
  return (
    <>
      <h2>{name}</h2>
      <Crumbs data={data} group={parent} />
      <p>
        {repeats > 1 ? `${repeats} layers that compute the same, ` : ''}
        {nodes.toLocaleString('en')} nodes
      </p>
      <Button label={box.kind === 'open' ? 'Close' : 'Open'} onPress={() => onToggle(box.id)} />
      {sites.length > 0 && (
        <>
          <h3>Attention inside</h3>
          <ul class="values">
            {sites.map(([key, node]) => (
              <li key={key}>
                <button type="button" class="plain link" onClick={() => void host.request('visualize', { site: key })}>
                  <Icon name="eye" /> {siteName(key)}
                </button>
                <button type="button" class="plain link" onClick={() => onGo(node)}>
                  show in the graph
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>Operators</h3>
      <dl class="facts">
        {[...operators]
          .sort((a, b) => b[1] - a[1])
          .slice(0, 12)
          .map(([op, count]) => (
            <div key={op}>
              <dt>{op}</dt>
              <dd>{count}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

/** `self/2` → `layer 3`, `cross/0` → `cross · layer 1`. */
function siteName(key: string): string {
  const [kind, layer] = key.split('/');
  return `${kind === 'self' ? '' : `${kind} · `}layer ${Number(layer) + 1}`;
}

function nodesIn(data: GraphData, group: number): number[] {
  return data.groups[group]!.items.flatMap((item) => (groupOf(item) < 0 ? [item] : nodesIn(data, groupOf(item))));
}
