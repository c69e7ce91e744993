import { indexMethods } from "./index-methods.ts";
import { serve } from "./serve.ts";

serve(indexMethods());
