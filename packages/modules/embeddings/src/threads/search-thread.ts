import { searchMethods } from "./search-methods.ts";
import { serve } from "./serve.ts";

serve(searchMethods());
