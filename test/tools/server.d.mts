export function startServer(options: {
  name: string;
  fresh?: boolean;
  port?: number;
  settings?: Readonly<Record<string, unknown>>;
}): Promise<{
  port: number;
  done: Promise<void>;
  stop: () => void;
  address: (workspace: string, more?: { tests?: string; file?: string }) => string;
}>;
