import { Store } from "#lib/store.ts";

export const SIDE_BAR = { min: 170, initial: 300 } as const;
export const CHAT = { min: 260, initial: 380 } as const;
export const PANEL = { min: 100, initial: 260 } as const;

/** What stands around the editors, and how much room it takes, in pixels. */
export interface FrameState {
  readonly sideBar: { readonly visible: boolean; readonly view: string; readonly width: number };
  readonly panel: { readonly visible: boolean; readonly panel: string; readonly height: number };
  /** The secondary side bar at the right. */
  readonly chat: { readonly visible: boolean; readonly width: number };
}

export const INITIAL_FRAME: FrameState = {
  sideBar: { visible: true, view: "explorer", width: SIDE_BAR.initial },
  panel: { visible: false, panel: "", height: PANEL.initial },
  chat: { visible: false, width: CHAT.initial },
};

export class FrameStore extends Store<FrameState> {
  /** Counts up when a view is to take the focus. */
  readonly focus = new Store<{ readonly id: string; readonly count: number }>({ id: "", count: 0 });

  readonly #panels: ReadonlySet<string>;

  /** `panels`: the ids that stand below the editors. */
  constructor(initial: FrameState, panels: readonly string[]) {
    super(initial);
    this.#panels = new Set(panels);
  }

  isPanel(id: string): boolean {
    return this.#panels.has(id);
  }

  /** A view, a panel or the chat, by its id. */
  show(id: string): void {
    if (id === "chat") this.showChat();
    else if (this.isPanel(id)) this.showPanel(id);
    else this.showView(id);
  }

  showView(view: string): void {
    this.update((state) => ({ ...state, sideBar: { ...state.sideBar, visible: true, view } }));
    this.#focusOn(view);
  }

  /** What its entry in the activity bar does: shows it, or puts the side bar away when it is the one shown. */
  toggleView(view: string): void {
    const { sideBar } = this.get();
    if (sideBar.visible && sideBar.view === view) this.toggleSideBar();
    else this.showView(view);
  }

  toggleSideBar(): void {
    this.update((state) => ({ ...state, sideBar: { ...state.sideBar, visible: !state.sideBar.visible } }));
  }

  showPanel(panel: string): void {
    this.update((state) => ({ ...state, panel: { ...state.panel, visible: true, panel } }));
    this.#focusOn(panel);
  }

  togglePanel(): void {
    this.update((state) => ({ ...state, panel: { ...state.panel, visible: !state.panel.visible } }));
  }

  showChat(): void {
    this.update((state) => ({ ...state, chat: { ...state.chat, visible: true } }));
    this.#focusOn("chat");
  }

  toggleChat(): void {
    if (!this.get().chat.visible) this.showChat();
    else this.update((state) => ({ ...state, chat: { ...state.chat, visible: false } }));
  }

  setChatWidth(width: number): void {
    this.update((state) => (state.chat.width === width ? state : { ...state, chat: { ...state.chat, width } }));
  }

  setWidth(width: number): void {
    this.update((state) => (state.sideBar.width === width ? state : { ...state, sideBar: { ...state.sideBar, width } }));
  }

  setHeight(height: number): void {
    this.update((state) => (state.panel.height === height ? state : { ...state, panel: { ...state.panel, height } }));
  }

  #focusOn(id: string): void {
    this.focus.update(({ count }) => ({ id, count: count + 1 }));
  }
}
