export function startServer(options: {
  name: string;
  fresh?: boolean;
  port?: number;
}): Promise<{ port: number; done: Promise<void>; stop: () => void; address: (workspace: string, tests?: string) => string }>;
