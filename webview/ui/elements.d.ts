/** The toolkit's elements, as preact may write them. Only the files of this folder use them. */
import type { HTMLAttributes } from 'preact';

type ToolkitAttributes = HTMLAttributes<HTMLElement>;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'vscode-badge': ToolkitAttributes;
      'vscode-button': ToolkitAttributes & { appearance?: 'primary' | 'secondary' | 'icon'; disabled?: boolean };
      'vscode-checkbox': ToolkitAttributes & { checked?: boolean; disabled?: boolean };
      'vscode-dropdown': ToolkitAttributes & { value?: string; disabled?: boolean; position?: 'above' | 'below' };
      'vscode-option': ToolkitAttributes & { value?: string; selected?: boolean };
      'vscode-panels': ToolkitAttributes & { activeid?: string };
      'vscode-panel-tab': ToolkitAttributes;
      'vscode-panel-view': ToolkitAttributes;
      'vscode-progress-ring': ToolkitAttributes;
      'vscode-text-field': ToolkitAttributes & { value?: string; placeholder?: string; size?: number };
    }
  }
}
