-- AlterTable
ALTER TABLE "ai_egress" ADD COLUMN     "project_id" UUID;
