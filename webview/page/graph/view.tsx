/** The third tab: the graph, its modules closed at first; a box that is opened shows what it holds where it stands. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { asHeadlightError, HeadlightError } from '../../../model/errors.ts';
import { pathTo } from '../../../model/explore/graph/groups.ts';
import type { GraphData } from '../../../model/explore/graph/types.ts';
import { svgToPng } from '../../export/raster.ts';
import { Icon, IconButton, ProgressRing } from '../../ui/controls.tsx';
import { useDraw, useSize, useSlow } from '../../ui/hooks.ts';
import { usePage } from '../context.ts';
import { type Loaded, loaded } from '../state.ts';
import { type Camera, fittedAcross, revealing } from './camera.ts';
import { type Layouter, startLayouter } from './client.ts';
import { Details } from './details.tsx';
import { drawGraph, readInks } from './draw.ts';
import { attentionKeys, openAtFirst } from './find.ts';
import { useGraphHands } from './hands.ts';
import { Minimap } from './minimap.tsx';
import { pathKeys } from './path.ts';
import { type Box, keyOf, type Scene } from './scene.ts';
import { Search } from './search.tsx';
import { sceneSvg } from './svg.ts';
import { usePath } from './use-path.ts';

export function GraphView() {
  const { host, facts } = usePage();
  const [data, setData] = useState<Loaded<GraphData>>({ at: 'loading' });
  const slow = useSlow(data.at === 'loading');
  useEffect(() => {
    let wanted = true;
    void loaded(host.request('graph', null)).then((graph) => wanted && setData(graph));
    return () => {
      wanted = false;
    };
  }, [host, facts.value]);
  if (data.at === 'loading') return <div class="working">{slow && <ProgressRing label="Reading the graph" />}</div>;
  if (data.at === 'failed') {
    return (
      <div class="failed" role="alert">
        <h2>
          <Icon name="circle-slash" /> There is no graph to show
        </h2>
        <p>{data.error.message}</p>
      </div>
    );
  }
  return <Drawn data={data.value} />;
}

/** The scene of what is open. */
function useScene(data: GraphData, open: ReadonlySet<number>): { readonly scene: Scene | null; readonly failure: string | null } {
  const layouter = useRef<Promise<Layouter> | null>(null);
  const [state, setState] = useState<{ scene: Scene | null; failure: string | null }>({ scene: null, failure: null });
  useEffect(() => {
    const made = startLayouter(new URL('./layout.js', import.meta.url), data);
    layouter.current = made;
    return () => void made.then((one) => one.dispose());
  }, [data]);
  useEffect(() => {
    layouter.current
      ?.then((one) => one.layout(open))
      .then(
        (scene) => setState({ scene, failure: null }),
        (error: unknown) => {
          if (error instanceof HeadlightError && error.code === 'cancelled') return;
          setState({ scene: null, failure: asHeadlightError(error, 'internal', 'The graph could not be laid out').message });
        },
      );
  }, [data, open]);
  return state;
}

function Drawn({ data }: { data: GraphData }) {
  const { theme, host, said, node: revealed } = usePage();
  const [open, setOpen] = useState<ReadonlySet<number>>(() => openAtFirst(data));
  const { scene, failure } = useScene(data, open);
  const [chosen, setChosen] = useState<string | null>(null);
  const [camera, setCamera] = useState<Camera | null>(null);
  const [box, view] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const attention = useMemo(() => attentionKeys(data), [data]);
  const way = usePath(data, (words) => {
    said.value = words;
  });
  const onPath = useMemo(() => pathKeys(data, way.path), [data, way.path]);
  /** What shall be seen once it is laid out. */
  const wanted = useRef<{ readonly key: string; readonly at: { readonly x: number; readonly y: number } | null } | null>(null);
  const chosenBox = scene?.boxes.find((one) => keyOf(one) === chosen) ?? null;

  useEffect(() => {
    if (!scene || view.width === 0) return;
    setCamera((old) => {
      if (!old) return fittedAcross(scene, view);
      const found = wanted.current && scene.boxes.find((one) => keyOf(one) === wanted.current!.key);
      const at = wanted.current?.at;
      wanted.current = null;
      if (!found) return old;
      // What was opened stays where it stood.
      const held = at ? { ...old, x: at.x - found.x * old.scale, y: at.y - found.y * old.scale } : old;
      return at ? held : revealing(held, found, view);
    });
  }, [scene, view]);

  const choose = (key: string | null, words?: string) => {
    setChosen(key);
    if (words) said.value = words;
  };
  const toggle = (group: number) => {
    const key = `group ${group}`;
    const before = scene?.boxes.find((one) => keyOf(one) === key);
    wanted.current = {
      key,
      at: before && camera ? { x: before.x * camera.scale + camera.x, y: before.y * camera.scale + camera.y } : null,
    };
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(group)) next.add(group);
      return next;
    });
    choose(key);
  };
  const goTo = (node: number) => {
    const key = `node ${node}`;
    wanted.current = { key, at: null };
    choose(key, `${data.nodes[node]!.op} ${data.nodes[node]!.name}`);
    setOpen((old) => new Set([...old, ...pathTo(data.groups, data.nodes[node]!.group)]));
  };
  useEffect(() => {
    const found = data.nodes.findIndex(({ name }) => name === revealed.value);
    if (found >= 0) goTo(found);
    revealed.value = null;
  }, [revealed.value]);
  const reveal = (target: Box) => camera && setCamera(revealing(camera, target, view));
  useDraw(() => {
    if (canvas.current && scene && camera && view.width > 0)
      drawGraph(canvas.current, { scene, camera, chosen, attention, path: way.path, onPath, data }, view, theme.value);
  });
  const hands = useGraphHands({
    scene,
    camera,
    view,
    chosenBox,
    setCamera,
    toggle,
    reveal,
    choose: (target) => choose(target && keyOf(target), target ? wordsOf(target) : undefined),
    mark: (target) => target.kind === 'node' && way.mark(target.id),
    copy: (target) => void host.request('copy', { text: copied(data, target) }),
  });
  const save = async (kind: 'svg' | 'png') => {
    if (!scene) return;
    const svg = sceneSvg(scene, { attention, onPath, path: way.path }, theme.value, readInks(theme.value));
    try {
      const bytes = kind === 'svg' ? new TextEncoder().encode(svg) : await svgToPng(svg, densityOf(scene));
      const { path } = await host.request('save', { name: `graph.${kind}`, bytes });
      if (path !== null) said.value = `Saved ${path}`;
    } catch (error) {
      said.value = asHeadlightError(error, 'internal', 'The picture could not be made').message;
    }
  };
  return (
    <div class="graph">
      <div class="graph-main">
        <div class="row-tools graph-tools">
          <Search data={data} onFound={goTo} />
          <IconButton label="Show the whole graph" icon="screen-full" onPress={() => scene && setCamera(fittedAcross(scene, view))} />
          <IconButton label="Close all groups" icon="collapse-all" onPress={() => setOpen(new Set())} />
          <IconButton label="Save as SVG" icon="save" onPress={() => void save('svg')} />
          <IconButton label="Save as PNG" icon="file-media" onPress={() => void save('png')} />
        </div>
        {failure ? (
          <p class="refusal" role="alert">
            {failure}
          </p>
        ) : (
          <div
            ref={box}
            class="graph-box"
            role="application"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys of the picture
            tabIndex={0}
            aria-busy={scene === null}
            aria-label={`Graph of ${data.nodes.length} nodes. Arrow keys move to the next box, Enter opens or closes a group, plus and minus zoom, 0 shows all, p marks the ends of a path.`}
            {...hands}
          >
            <canvas ref={canvas} />
            {scene && camera && <Minimap scene={scene} camera={camera} view={view} path={onPath} onMove={setCamera} />}
          </div>
        )}
      </div>
      <Details data={data} box={chosenBox} way={way} onGo={goTo} onToggle={toggle} />
    </div>
  );
}

const KINDS: Readonly<Record<Box['kind'], string>> = {
  node: 'node',
  group: 'closed group',
  open: 'open group',
  in: 'value from outside',
  out: 'value used outside',
  more: 'values',
};

/** Pixels a unit of a saved picture: sharp, and no larger than browsers draw. */
const densityOf = ({ width, height }: Scene) => Math.min(2, 16_000 / Math.max(1, width + 40, height + 40));

/** What Ctrl+C puts on the clipboard: the name that the file has for it. */
function copied(data: GraphData, { kind, id, title }: Box): string {
  if (kind === 'node') return data.nodes[id]!.name || title;
  return kind === 'in' || kind === 'out' ? data.values[id]!.name : title;
}

const wordsOf = ({ kind, title, detail }: Box) => `${KINDS[kind]} ${title}${detail ? `, ${detail}` : ''}`;
