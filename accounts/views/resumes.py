"""My résumés: added, named, taken out again, thrown away. A new file is a new version."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files import as_attachment
from accounts.forms import NewResumeForm, ResumeForm
from accounts.models import Resume
from accounts.pages import own_or_404, save_form
from accounts.requests import OwnerRequest
from accounts.trashed import restore, trash


@require_http_methods(["GET", "HEAD", "POST"])
def resume_new(request: OwnerRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    files = request.FILES if is_posted else None
    form = NewResumeForm(request.POST if is_posted else None, files, owner=request.user)
    if is_posted and save_form(request, form):
        return redirect(f"{reverse('accounts:kit')}#resumes")
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def resume_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    resume = own_or_404(Resume.objects.of(request.user), pk)
    data = request.POST if request.method == "POST" else None
    form = ResumeForm(data, instance=resume, owner=request.user)
    if request.method == "POST" and save_form(request, form):
        return redirect(resume)
    return _form_page(request, form)


def _form_page(request: OwnerRequest, form: ResumeForm) -> HttpResponse:
    context = {"form": form, "resume": form.instance if form.instance.pk else None}
    return render(
        request, "accounts/resume_form.html", context, status=422 if form.errors else 200
    )


@require_safe
def resume_download(request: OwnerRequest, pk: int) -> FileResponse:
    """The file, as it was handed in and under its name; 404 for what is in the trash."""
    resume = own_or_404(Resume.objects.of(request.user), pk)
    return as_attachment(resume.file, resume.file_name or resume.label)


@require_POST
def resume_trash(request: OwnerRequest, pk: int) -> HttpResponse:
    """Who holds it keeps it: that is still said where it was told."""
    return trash(request, Resume, pk, to=reverse("accounts:kit"), at="#resumes")


@require_POST
def resume_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    restore(request, Resume, pk)
    return redirect(f"{reverse('accounts:kit')}#resumes")
