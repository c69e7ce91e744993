-- AlterTable
ALTER TABLE "ai_budgets" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "ai_egress" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 0;
