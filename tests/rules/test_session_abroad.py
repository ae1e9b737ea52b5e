"""A dead upload session in the words of many languages, and what only sounds like one."""

import pytest

from upload_diag import ErrorCode, classify

DEAD = (
    "Uw uploadsessie is niet meer geldig",
    "De upload-sessie kon niet worden gevonden",
    "Diese Upload-Sitzung ist leider nicht mehr gültig, bitte neu starten",
    "Su sesión de carga expiró hace 3 horas; reinicie la carga",
    "Nous ne trouvons pas la session d'upload 77a1",
    "Sessão de upload 77a1 foi encerrada pelo servidor",
    "Sessione di caricamento non valida o scaduta",
    "Sesja wysyłania pliku wygasła, spróbuj ponownie",
    "Срок действия сеанса загрузки истек",
    "上传会话(77a1)不存在或已经过期",
    "アップロードセッションは期限切れです。最初からやり直してください",
    "업로드 세션(77a1)이 존재하지 않습니다",
    "Yükleme oturumunuzun süresi doldu",
    "Phiên tải lên này không còn tồn tại",
    "انتهت صلاحية جلسة رفع الملف",
)

TIDIED_UP = (
    "Upload session purged",
    "Upload session 77a1 deleted",
    "Upload session ended normally after 3 files",
    "Found 3 expired multipart uploads, aborting them",
    "Abgelaufene Upload-Sitzung gelöscht",
    "Verlopen uploadsessie opgeruimd",
    "La sesión de subida ha finalizado correctamente",
    "Sessão de upload encerrada com sucesso",
    "Просроченная сессия загрузки удалена",
    "清理过期上传会话 3 个",
    "期限切れのアップロードセッションを削除しました",
    "만료된 업로드 세션을 정리했습니다",
    "Süresi dolmuş yükleme oturumu silindi",
    "Menghapus sesi unggah kedaluwarsa",
)

STILL_ALIVE = (
    "La sesión de carga expira en 24 horas",
    "A sessão de upload expirará em 2 minutos",
    "La session d'upload sera supprimée dans 7 jours",
    "Die Upload-Sitzung läuft in 10 Minuten ab",
    "Сессия загрузки истекает через 10 минут",
    "上传会话将于明天过期",
    "업로드 세션 만료 시간: 24시간",
    "Phiên tải lên sẽ hết hạn sau 24 giờ",
)

ANOTHER_SESSION = (
    "No se encontró la sesión de carga para el conector 2",
    "Sessão de carregamento do carro não encontrada",
    "Önyükleme oturumu sona erdi",
    "Session expired while uploading the claim form; you were signed out",
    "Your Dropbox session expired while uploading, reconnect your account",
    "Survey session expired, upload the photo again",
    "Not your upload session",
)


@pytest.mark.parametrize("text", DEAD)
def test_a_dead_session_is_known_in_the_words_of_its_language(text: str) -> None:
    assert classify(text).code is ErrorCode.SESSION_EXPIRED


@pytest.mark.parametrize("text", TIDIED_UP + STILL_ALIVE + ANOTHER_SESSION)
def test_what_is_tidied_up_or_still_alive_or_another_session_is_no_dead_upload(text: str) -> None:
    assert classify(text).code is not ErrorCode.SESSION_EXPIRED
