import { describeRepositoryContract } from "../repository-contract.ts";
import { openContractStore } from "./open-contract-store.ts";

describeRepositoryContract("PostgreSQL", openContractStore);
