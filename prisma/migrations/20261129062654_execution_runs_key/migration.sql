-- AlterTable
ALTER TABLE "execution_runs" ADD COLUMN     "key" TEXT,
ADD COLUMN     "limits" JSONB;

-- CreateIndex
CREATE UNIQUE INDEX "execution_runs_organization_id_project_id_key_key" ON "execution_runs"("organization_id", "project_id", "key");
