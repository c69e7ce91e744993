import { serviceRef } from "@coder/shared/trpc";
import type { IBuffers } from "./buffer-service.ts";
import type { IFiles } from "./file-service.ts";
import type { IGit } from "./git-service.ts";
import type { ILive } from "./live-service.ts";
import type { IProjects } from "./project-service.ts";
import type { ISearch } from "./search-service.ts";

export interface IWorkspaceService extends IProjects, IFiles, IBuffers, ILive, ISearch, IGit {}

export const workspaceRef = serviceRef<IWorkspaceService>("workspace");
